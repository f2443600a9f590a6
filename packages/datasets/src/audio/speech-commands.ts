// Speech Commands (Warden 2018): which recordings belong to which part and class, with the classes `unknown` and `silence`
// where they are asked for.
import { commonRoot } from '../class-folders.ts';
import { shuffled } from '../random.ts';
import { Rng } from '../rng.ts';

export const SPEECH_PARTS = ['train', 'validation', 'test'] as const;
export type SpeechPart = (typeof SPEECH_PARTS)[number];

/** The folder of long recordings to mix in; no word. */
const BACKGROUND = '_background_noise_';

export interface SpeechCommandsOptions {
  /** The words to tell apart, in the order of their labels. Default: all folders, sorted. */
  readonly words?: readonly string[];
  /**
   * With a number the further class `unknown`: recordings of other words, drawn at random, as many as this share of those
   * of the words. Default 0: other words are left out.
   */
  readonly unknown?: number;
  /** With a number the further class `silence`: stretches of background noise, as many as this share. Default 0. */
  readonly silence?: number;
  /** Decides which recordings are the unknown ones. Default 0. */
  readonly seed?: number;
}

/** The recordings of one part; where the name is null there is silence. */
export interface SpeechList {
  readonly names: readonly (string | null)[];
  /** int32, one a name */
  readonly labels: Int32Array;
}

export interface SpeechCommands {
  readonly classes: readonly string[];
  readonly parts: Readonly<Record<SpeechPart, SpeechList>>;
  /** names of the recordings of background noise */
  readonly background: readonly string[];
}

/**
 * Sorts the files of the data set.
 *
 * @param names paths with `/`: `word/speaker_nohash_n.wav`
 * @param partOf which part a recording (`word/file`) belongs to; all of a speaker's are to be in one
 * @param where what errors call the data set
 * @throws Error naming the option or the word that does not fit
 */
export function sortSpeechCommands(
  names: readonly string[],
  partOf: (name: string) => SpeechPart,
  where: string,
  options: SpeechCommandsOptions = {},
): SpeechCommands {
  const { unknown = 0, silence = 0, seed = 0 } = options;
  checkShare('unknown', unknown);
  checkShare('silence', silence);
  const root = commonRoot(names);
  const background: string[] = [];
  const recordings = new Map<string, string[]>();
  for (const name of names) {
    const [folder, file] = name.slice(root.length).split('/');
    if (file === undefined) continue;
    if (folder === BACKGROUND) background.push(name);
    else {
      const list = recordings.get(folder!) ?? [];
      recordings.set(folder!, list);
      list.push(name);
    }
  }
  const words = options.words ?? [...recordings.keys()].sort();
  if (words.length === 0) throw new Error(`${where}: no words; want a folder of recordings for each`);
  const missing = words.find((word) => !recordings.has(word));
  if (missing !== undefined) {
    throw new Error(`${where}: there are no recordings of "${missing}"; it has ${[...recordings.keys()].join(', ')}`);
  }
  const others = [...recordings].filter(([word]) => !words.includes(word)).flatMap(([, list]) => list);
  if (unknown > 0 && others.length === 0) {
    throw new Error(`${where}: unknown is ${unknown}, but there are no other words than the ${words.length} asked for`);
  }
  const classes = [...words, ...(unknown > 0 ? ['unknown'] : []), ...(silence > 0 ? ['silence'] : [])];
  const label = (name: string) => classes.indexOf(name);
  const partFor = (name: string) => partOf(name.slice(root.length));

  const listOf = (part: SpeechPart): SpeechList => {
    const entries: [string | null, number][] = words.flatMap((word) =>
      recordings
        .get(word)!
        .filter((name) => partFor(name) === part)
        .map((name): [string, number] => [name, label(word)]),
    );
    const known = entries.length;
    const here = others.filter((name) => partFor(name) === part);
    const order = shuffled(here.length, new Rng(seed, `speech/unknown/${part}`));
    const drawn = order.subarray(0, Math.ceil(unknown * known));
    for (const i of drawn) entries.push([here[i]!, label('unknown')]);
    for (let i = 0; i < Math.ceil(silence * known); i++) entries.push([null, label('silence')]);
    return { names: entries.map(([name]) => name), labels: Int32Array.from(entries, ([, number]) => number) };
  };
  return {
    classes,
    parts: { train: listOf('train'), validation: listOf('validation'), test: listOf('test') },
    background,
  };
}

function checkShare(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new Error(`Speech Commands: ${name} is ${value}; want a share from 0 to 1`);
}

/** Who speaks in a recording: `word/speaker_nohash_n.wav`. */
export function speakerOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).replace(/_nohash_.*$|\.wav$/i, '');
}

/**
 * A parting of one's own, for copies of the data set that have but one official part: of the speakers there are, in a random
 * order, a tenth is for validation, a tenth for the test, and the others are to learn from.
 */
export function partBySpeakers(names: readonly string[], seed = 0): (name: string) => SpeechPart {
  const speakers = [...new Set(names.map(speakerOf))].sort();
  const tenth = Math.max(1, Math.round(speakers.length / 10));
  const parts = new Map<string, SpeechPart>();
  for (const [place, i] of shuffled(speakers.length, new Rng(seed, 'speech/speakers')).entries()) {
    parts.set(speakers[i]!, place < tenth ? 'validation' : place < 2 * tenth ? 'test' : 'train');
  }
  return (name) => parts.get(speakerOf(name))!;
}
