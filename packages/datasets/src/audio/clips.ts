// A set of sounds of one length in memory, and the examples that they make.
import type { ExampleSource } from '../examples/source.ts';
import type { Rng } from '../rng.ts';

export interface Clips {
  /** [count, length], row-major: float32, -1 to 1, or int16, -32768 to 32767 for the same, in half the memory */
  readonly samples: Float32Array | Int16Array;
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

/** What 1 is among samples of int16, as in WAV files. */
export const INT16_ONE = 2 ** 15;

/** Samples of int16 as float32, -1 to 1; float32 ones as they are. */
function floatsOf(samples: Float32Array | Int16Array): Float32Array {
  return samples instanceof Float32Array ? samples : Float32Array.from(samples, (value) => value / INT16_ONE);
}

/** A set's clips as examples of shape [length]. */
export function clipExamples(clips: Clips, transform: WaveTransform = (samples) => samples): ExampleSource {
  const { labels, classes, length } = clips;
  return {
    labels,
    classes,
    shape: [length],
    read: (index, rng) => transform(floatsOf(clips.samples.subarray(index * length, (index + 1) * length)), rng),
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
