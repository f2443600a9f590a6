// A sound a little earlier or later.
import type { WaveTransform } from '../clips.ts';

/**
 * Moves every waveform by up to `most` samples either way; silence comes in.
 *
 * @throws Error unless most is an integer of at least 0
 */
export function timeShift(most: number): WaveTransform {
  if (!Number.isInteger(most) || most < 0) {
    throw new Error(`timeShift: most is ${most}; want an integer of at least 0`);
  }
  return (samples, rng) => {
    const by = rng.integer(2 * most + 1) - most;
    const shifted = new Float32Array(samples.length);
    if (by >= 0) shifted.set(samples.subarray(0, Math.max(0, samples.length - by)), Math.min(by, samples.length));
    else shifted.set(samples.subarray(-by), 0);
    return shifted;
  };
}
