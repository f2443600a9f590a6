// WAV files as waveforms of one rate and length: into memory, or as they are asked for.

import { type Clips, fitLength, INT16_ONE, type WaveTransform } from '../../audio/clips.ts';
import { resample } from '../../audio/resample.ts';
import { decodeWav, mixDown } from '../../audio/wav.ts';
import type { StreamedSource } from '../../examples/source.ts';
import type { DataFiles } from '../data-files.ts';

export interface ClipOptions {
  /** Of the waveforms: samples a second. Recordings at other rates are resampled. */
  readonly sampleRate: number;
  /** Of the waveforms: samples. Longer recordings lose both ends alike, shorter ones get silence at both. */
  readonly length: number;
  /** A file that is no WAV file, or is truncated, is passed over, or ends the reading. Default 'throw'. */
  readonly onBadAudio?: 'skip' | 'throw';
  /**
   * How samples are kept in memory. int16 takes half of it: what 16-bit files hold, as it is, and other samples rounded to that,
   * those beyond -1 and 1 cut off. Default: float32, or int16 where that is more than 4 GiB.
   */
  readonly format?: 'float32' | 'int16';
}

/** Files and their labels; `silence` makes what stands for a name that is null. */
export interface ClipList {
  readonly names: readonly (string | null)[];
  readonly labels: Int32Array;
  readonly classes: readonly string[];
}

/** Makes the waveform of a place in the list without a file. */
export type MakeSilence = (index: number) => Float32Array;

/** Clips, and which files were passed over. */
export type ReadClips = Clips & { readonly skipped: readonly string[] };

/** What is more than this is not held in memory: bytes. */
const MOST = 4 * 2 ** 30;
const BYTES = { float32: 4, int16: 2 } as const;

/**
 * How that many samples are kept.
 *
 * @throws Error beginning with `where` when they are too many
 */
export function formatFor(
  count: number,
  length: number,
  { format }: Pick<ClipOptions, 'format'>,
  where: string,
): 'float32' | 'int16' {
  const chosen = format ?? (BYTES.float32 * count * length > MOST ? 'int16' : 'float32');
  const bytes = BYTES[chosen] * count * length;
  if (bytes <= MOST) return chosen;
  const size = (bytes / 2 ** 30).toFixed(1);
  throw new Error(
    `${where}: ${count} clips take ${size} GiB as ${chosen}; want at most 4: fewer clips (of fewer words), shorter ones, or to ` +
      'stream them',
  );
}

/** One recording at that rate, its channels mixed. @throws Error naming the file that is no WAV file, or truncated */
export async function readRecording(files: DataFiles, name: string, sampleRate: number): Promise<Float32Array> {
  const wav = decodeWav(await files.read(name), `${files.path}/${name}`);
  return resample(mixDown(wav), wav.sampleRate, sampleRate);
}

/**
 * Reads recordings into memory.
 *
 * @throws Error naming the file that cannot be read; and when all of them together are too large
 */
export async function readClips(
  files: DataFiles,
  { names, labels, classes }: ClipList,
  options: ClipOptions,
  makeSilence: MakeSilence = () => new Float32Array(options.length),
): Promise<ReadClips> {
  const { sampleRate, length, onBadAudio = 'throw' } = options;
  const size = names.length * length;
  const isShort = formatFor(names.length, length, options, files.path) === 'int16';
  const samples = isShort ? new Int16Array(size) : new Float32Array(size);
  const kept: number[] = [];
  const skipped: string[] = [];
  for (const [i, name] of names.entries()) {
    const clip = await clipOf(files, name, () => makeSilence(i), { sampleRate, length, onBadAudio });
    if (!clip) {
      skipped.push(name!);
      continue;
    }
    samples.set(isShort ? clip.map(toInt16) : clip, kept.length * length);
    kept.push(i);
  }
  return {
    samples: samples.subarray(0, kept.length * length),
    labels: Int32Array.from(kept, (i) => labels[i]!),
    length,
    sampleRate,
    classes,
    skipped,
  };
}

function toInt16(value: number): number {
  return Math.max(-INT16_ONE, Math.min(INT16_ONE - 1, Math.round(value * INT16_ONE)));
}

/** Recordings that are read when they are asked for, and what was passed over so far. */
export type StreamedClips = StreamedSource & { readonly skipped: ReadonlySet<string> };

/** The examples of a list, each read, decoded and resampled when it is asked for. */
export function streamClips(
  files: DataFiles,
  { names, labels, classes }: ClipList,
  options: ClipOptions & { readonly transform?: WaveTransform },
  makeSilence: MakeSilence = () => new Float32Array(options.length),
): StreamedClips {
  const skipped = new Set<string>();
  return {
    labels,
    classes,
    shape: [options.length],
    skipped,
    read: async (index, rng) => {
      const clip = await clipOf(files, names[index]!, () => makeSilence(index), options);
      if (!clip) {
        skipped.add(names[index]!);
        return null;
      }
      return options.transform?.(clip, rng) ?? clip;
    },
  };
}

async function clipOf(
  files: DataFiles,
  name: string | null,
  makeSilence: () => Float32Array,
  { sampleRate, length, onBadAudio = 'throw' }: ClipOptions,
): Promise<Float32Array | null> {
  if (name === null) return makeSilence();
  // What cannot be read at all is no matter of a bad recording.
  const bytes = await files.read(name);
  try {
    const wav = decodeWav(bytes, `${files.path}/${name}`);
    return fitLength(resample(mixDown(wav), wav.sampleRate, sampleRate), length);
  } catch (error) {
    if (onBadAudio === 'throw') throw error;
    return null;
  }
}
