// The Free Spoken Digit Dataset, 3,000 recordings of ten digits by six speakers, at 8 kHz.
import type { Clips } from '../../audio/clips.ts';
import { FSDD_CLASSES, parseFsddName } from '../../audio/fsdd.ts';
import { openDataFiles } from '../data-files.ts';
import { type ClipOptions, readClips } from './clips.ts';

/**
 * Reads the recordings; the first five of each digit and speaker are the test part, as their authors say.
 *
 * @param path the folder `recordings`, one above it, or an archive of it
 * @param options default: 8,000 samples at 8 kHz, one second
 * @throws Error naming the path or the file that does not fit
 */
export async function readFsdd(
  path: string,
  options: Partial<ClipOptions> = {},
): Promise<{ readonly train: Clips; readonly test: Clips }> {
  const files = await openDataFiles(path, ['.wav']);
  const read = (part: 'train' | 'test') => {
    const named = files.names.flatMap((name) => {
      const parsed = parseFsddName(name);
      return parsed?.part === part ? [{ name, label: parsed.digit }] : [];
    });
    if (named.length === 0) {
      throw new Error(`${path}: no recordings for the ${part} part; want files named digit_speaker_index.wav`);
    }
    const names = named.map(({ name }) => name);
    const labels = Int32Array.from(named, ({ label }) => label);
    const { sampleRate = 8000, length = sampleRate } = options;
    return readClips(files, { names, labels, classes: FSDD_CLASSES }, { ...options, sampleRate, length });
  };
  return { train: await read('train'), test: await read('test') };
}
