// WAV files as waveforms of one rate and length: into memory, or as they are asked for.

import { type Clips, fitLength, type WaveTransform } from '../../audio/clips.ts';
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

/** More than this is streamed: bytes. */
const MOST = 4 * 2 ** 30;

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
  { sampleRate, length, onBadAudio = 'throw' }: ClipOptions,
  makeSilence: MakeSilence = () => new Float32Array(length),
): Promise<ReadClips> {
  const bytes = 4 * names.length * length;
  if (bytes > MOST) {
    const size = (bytes / 2 ** 30).toFixed(1);
    throw new Error(`${files.path}: ${names.length} clips take ${size} GiB; want at most 4, or to stream them`);
  }
  const samples = new Float32Array(names.length * length);
  const kept: number[] = [];
  const skipped: string[] = [];
  for (const [i, name] of names.entries()) {
    const clip = await clipOf(files, name, () => makeSilence(i), { sampleRate, length, onBadAudio });
    if (!clip) {
      skipped.push(name!);
      continue;
    }
    samples.set(clip, kept.length * length);
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
