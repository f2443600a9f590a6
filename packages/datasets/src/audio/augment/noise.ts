// A sound with something else behind it: white noise, or stretches of recordings.
import { between, normal } from '../../random.ts';
import type { Rng } from '../../rng.ts';
import type { WaveTransform } from '../clips.ts';

/**
 * Adds white noise (normal) whose deviation is drawn from 0 to `most` for each waveform.
 *
 * @throws Error unless most is at least 0
 */
export function whiteNoise(most: number): WaveTransform {
  checkAmount('whiteNoise', 'most', most);
  return (samples, rng) => {
    const level = between(rng, 0, most);
    return samples.map((value) => value + level * normal(rng));
  };
}

export interface BackgroundOptions {
  /** Share of the waveforms that get one. Default 0.8. */
  readonly probability?: number;
  /** Recordings are multiplied by a number drawn from 0 to this. Default 0.1. */
  readonly volume?: number;
}

/**
 * Adds a random stretch of a random recording to some waveforms, as is the custom with Speech Commands.
 *
 * @param recordings at the waveforms' rate, each at least as long as they are
 * @throws Error naming what does not fit; when it is used, at a recording that is shorter than the waveform
 */
export function backgroundNoise(recordings: readonly Float32Array[], options: BackgroundOptions = {}): WaveTransform {
  const { probability = 0.8, volume = 0.1 } = options;
  if (recordings.length === 0) throw new Error('backgroundNoise: no recordings; want at least 1');
  if (!(probability >= 0 && probability <= 1)) {
    throw new Error(`backgroundNoise: probability is ${probability}; want a number from 0 to 1`);
  }
  checkAmount('backgroundNoise', 'volume', volume);
  return (samples, rng) => {
    if (rng.uniform() >= probability) return samples;
    const behind = stretch(recordings, samples.length, rng);
    const level = between(rng, 0, volume);
    return samples.map((value, i) => value + level * behind[i]!);
  };
}

/** A random stretch of a random recording. @throws Error at a recording that is shorter */
export function stretch(recordings: readonly Float32Array[], length: number, rng: Rng): Float32Array {
  const recording = recordings[rng.integer(recordings.length)]!;
  if (recording.length < length) {
    throw new Error(`background noise: a recording has ${recording.length} samples; want at least ${length}`);
  }
  const start = rng.integer(recording.length - length + 1);
  return recording.subarray(start, start + length);
}

function checkAmount(transform: string, name: string, value: number): void {
  if (!(value >= 0 && Number.isFinite(value))) {
    throw new Error(`${transform}: ${name} is ${value}; want a number of at least 0`);
  }
}
