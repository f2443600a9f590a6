// A sound louder or softer.
import { between } from '../../random.ts';
import type { WaveTransform } from '../clips.ts';

/** Changes every waveform's level by a random number of decibels. @throws Error unless low is at most high, both finite */
export function gain(low: number, high: number): WaveTransform {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high)) {
    throw new Error(`gain: from ${low} to ${high} dB; want two numbers in order`);
  }
  return (samples, rng) => {
    const factor = 10 ** (between(rng, low, high) / 20);
    return samples.map((value) => factor * value);
  };
}
