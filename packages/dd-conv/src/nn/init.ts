// First values of weights, drawn from a seeded generator: PyTorch's defaults, which the published recipes assume.
import * as tf from '@tensorflow/tfjs-core';
import type { Rng } from './random.ts';

function drawn(rng: Rng, shape: readonly number[], draw: () => number): tf.Tensor {
  // Of pages of zeros that nobody touches the system makes none.
  if (rng.isBlank) return tf.zeros([...shape]);
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return tf.tensor(values, [...shape], 'float32');
}

/** Values uniform in [low, high), float32. */
export function uniform(rng: Rng, shape: readonly number[], low: number, high: number): tf.Tensor {
  return drawn(rng, shape, () => rng.uniform(low, high));
}

/** Normal values, float32. */
export function normal(rng: Rng, shape: readonly number[], mean = 0, deviation = 1): tf.Tensor {
  return drawn(rng, shape, () => rng.normal(mean, deviation));
}

/**
 * PyTorch's default for the weight and the bias of Linear and Conv layers: uniform in ±1/sqrt(fanIn), where fanIn is
 * the number of inputs of one output (in_features; in_channels/groups times taps).
 *
 * @throws Error when fanIn is not a positive integer
 */
export function kaimingUniform(rng: Rng, shape: readonly number[], fanIn: number): tf.Tensor {
  if (!Number.isInteger(fanIn) || fanIn < 1)
    throw new Error(`kaimingUniform: fanIn is ${fanIn}; want a positive integer`);
  const bound = 1 / Math.sqrt(fanIn);
  return uniform(rng, shape, -bound, bound);
}
