// Speech Commands from its folders, or an archive of them: parts by the official lists where they are there, else by the
// official rule.
import { createHash } from 'node:crypto';
import { stretch } from '../../audio/augment/noise.ts';
import {
  partBySpeakers,
  SPEECH_PARTS,
  type SpeechCommands,
  type SpeechCommandsOptions,
  type SpeechPart,
  sortSpeechCommands,
  speakerOf,
} from '../../audio/speech-commands.ts';
import { commonRoot } from '../../class-folders.ts';
import { Rng } from '../../rng.ts';
import { type DataFiles, openDataFiles } from '../data-files.ts';
import {
  type ClipList,
  type ClipOptions,
  type MakeSilence,
  type ReadClips,
  readClips,
  readRecording,
  type StreamedClips,
  streamClips,
} from './clips.ts';

/** Each about this share of the speakers. */
const PERCENT = { validation: 10, test: 10 };
const LISTS = { validation: 'validation_list.txt', test: 'testing_list.txt' } as const;

/**
 * The part a recording belongs to by the rule of the data set's authors: a hash of the speaker, so that all of a speaker's
 * recordings are in one part, and stay there as recordings are added (`which_set` of the data set's README).
 */
export function speechPartOf(name: string): SpeechPart {
  const digits = createHash('sha1').update(speakerOf(name)).digest('hex');
  // The hash modulo 2^27, as a percentage of 2^27 - 1.
  const percent = (Number.parseInt(digits.slice(-7), 16) % 2 ** 27) * (100 / (2 ** 27 - 1));
  if (percent < PERCENT.validation) return 'validation';
  return percent < PERCENT.validation + PERCENT.test ? 'test' : 'train';
}

export type ReadSpeechOptions = SpeechCommandsOptions &
  Partial<ClipOptions> & {
    /**
     * `official`: the data set's own parts, by its lists or its rule; `speakers`: parts of the recordings at hand, as
     * `partBySpeakers` makes them with the seed. Default `official`.
     */
    readonly parts?: 'official' | 'speakers';
  };

/** All parts in one form; `background` are the recordings of noise, at the clips' rate. */
export type SpeechParts<Part> = Readonly<Record<SpeechPart, Part>> & { readonly background: readonly Float32Array[] };

/**
 * Reads the recordings into memory. All 35 words of the second version take more than 4 GiB, and are kept as int16.
 *
 * @param path the folder that has one folder a word, or an archive of it
 * @param options default: all words, one second at 16 kHz
 * @throws Error naming the path, the option or the file that does not fit
 */
export async function readSpeechCommands(
  path: string,
  options: ReadSpeechOptions = {},
): Promise<SpeechParts<ReadClips>> {
  const { files, list, clip, background, silence } = await open(path, options);
  const [train, validation, test] = await Promise.all(
    SPEECH_PARTS.map((part) => readClips(files, list(part), clip, silence(part))),
  );
  return { train: train!, validation: validation!, test: test!, background };
}

/** The same as examples that are read when they are asked for; `transform` is for the training part alone. */
export async function streamSpeechCommands(
  path: string,
  options: ReadSpeechOptions & Pick<Parameters<typeof streamClips>[2], 'transform'> = {},
): Promise<SpeechParts<StreamedClips>> {
  const { files, list, clip, background, silence } = await open(path, options);
  const { transform } = options;
  return {
    train: streamClips(files, list('train'), { ...clip, ...(transform && { transform }) }, silence('train')),
    validation: streamClips(files, list('validation'), clip, silence('validation')),
    test: streamClips(files, list('test'), clip, silence('test')),
    background,
  };
}

async function open(path: string, options: ReadSpeechOptions) {
  const { sampleRate = 16_000, length = sampleRate, onBadAudio, format, seed = 0 } = options;
  const files = await openDataFiles(path, ['.wav', '_list.txt']);
  const names = files.names.filter((name) => name.toLowerCase().endsWith('.wav'));
  const partOf = options.parts === 'speakers' ? partBySpeakers(names, seed) : await partition(files, commonRoot(names));
  const sorted: SpeechCommands = sortSpeechCommands(names, partOf, path, options);
  const background = await Promise.all(sorted.background.map((name) => readRecording(files, name, sampleRate)));
  return {
    files,
    background,
    clip: { sampleRate, length, ...(onBadAudio && { onBadAudio }), ...(format && { format }) },
    list: (part: SpeechPart): ClipList => ({ ...sorted.parts[part], classes: sorted.classes }),
    /** A stretch of noise of a random loudness; of none where there are no recordings of it. */
    silence:
      (part: SpeechPart): MakeSilence =>
      (index) => {
        if (background.length === 0) return new Float32Array(length);
        const rng = new Rng(seed, `speech/silence/${part}/${index}`);
        const level = rng.uniform();
        return stretch(background, length, rng).map((value) => level * value);
      },
  };
}

/** By the lists, if both are there. */
async function partition(files: DataFiles, root: string): Promise<(name: string) => SpeechPart> {
  const read = async (part: keyof typeof LISTS) => {
    const name = `${root}${LISTS[part]}`;
    if (!files.names.includes(name)) return null;
    const text = new TextDecoder().decode(await files.read(name));
    return new Set(text.split(/\r?\n/).filter((line) => line !== ''));
  };
  const [validation, test] = [await read('validation'), await read('test')];
  if (!validation || !test) return speechPartOf;
  return (name) => (validation.has(name) ? 'validation' : test.has(name) ? 'test' : 'train');
}
