// A set of sounds of one length in memory, and the examples that they make.
import type { ExampleSource } from '../examples/source.ts';
import type { Rng } from '../rng.ts';

export interface Clips {
  /** float32 [count, length], row-major, -1 to 1 */
  readonly samples: Float32Array;
  /** int32 [count] */
  readonly labels: Int32Array;
  /** samples a clip */
  readonly length: number;
  /** samples a second */
  readonly sampleRate: number;
  /** names by label */
  readonly classes: readonly string[];
}

/** Makes another waveform of one, of the same length, and leaves that as it is; what is random comes from `rng`. */
export type WaveTransform = (samples: Float32Array, rng: Rng) => Float32Array;

/** A set's clips as examples of shape [length]. */
export function clipExamples(clips: Clips, transform: WaveTransform = (samples) => samples): ExampleSource {
  const { labels, classes, length } = clips;
  return {
    labels,
    classes,
    shape: [length],
    read: (index, rng) => transform(clips.samples.subarray(index * length, (index + 1) * length), rng),
  };
}

/** One transform after the other. */
export function chain(...transforms: readonly WaveTransform[]): WaveTransform {
  return (samples, rng) => transforms.reduce((before, transform) => transform(before, rng), samples);
}

/**
 * A waveform cut or filled up with silence to that length, keeping its middle in the middle.
 *
 * @throws Error unless length is an integer of at least 1
 */
export function fitLength(samples: Float32Array, length: number): Float32Array {
  if (!Number.isInteger(length) || length < 1) {
    throw new Error(`fitLength: length is ${length}; want an integer of at least 1`);
  }
  if (samples.length === length) return samples;
  if (samples.length > length) {
    const start = (samples.length - length) >> 1;
    return samples.slice(start, start + length);
  }
  const fitted = new Float32Array(length);
  fitted.set(samples, (length - samples.length) >> 1);
  return fitted;
}
