// Seeded numbers and comparisons for the tests.
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { ids, noise } from './noise.ts';

export { ids, noise };

export function noiseTensor(shape: number[], seed: number): tf.Tensor {
  return tf.tensor(
    noise(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
    'float32',
  );
}

/** Expects equal values within `tolerance` of the largest magnitude. */
export async function expectClose(
  actual: tf.Tensor | ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
  what = 'values',
): Promise<void> {
  const values = actual instanceof tf.Tensor ? await actual.data() : actual;
  expect(values.length, `${what}: how many`).toBe(wanted.length);
  let largest = 1e-3;
  for (let i = 0; i < wanted.length; i++) largest = Math.max(largest, Math.abs(wanted[i]!));
  for (let i = 0; i < wanted.length; i++) {
    if (!(Math.abs(values[i]! - wanted[i]!) <= tolerance * largest)) {
      expect.fail(`${what}[${i}] is ${values[i]}, wanted ${wanted[i]} (within ${tolerance} of ${largest})`);
    }
  }
}

/** Runs `work`, expecting that it leaves as many tensors as it found. */
export async function leavesNothing(work: () => Promise<void>): Promise<void> {
  const before = tf.memory().numTensors;
  await work();
  expect(tf.memory().numTensors, 'tensors afterwards').toBe(before);
}

/** The value and the gradients of `op` at `inputs`, for a given gradient of its output; all disposed by the caller. */
export function valueAndGrads(
  op: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
  dy: tf.Tensor,
): { value: tf.Tensor; grads: tf.Tensor[] } {
  const value = op(...inputs);
  const grads = tf.grads((...x: tf.Tensor[]) => op(...x))(inputs, dy);
  return { value, grads };
}

/** Central differences of Σ dy·f at x. */
export function numericalGrad(
  f: (x: Float64Array) => ArrayLike<number>,
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
): Float64Array {
  const at = Float64Array.from(x);
  const weighed = (): number => {
    const y = f(at);
    let sum = 0;
    for (let i = 0; i < y.length; i++) sum += y[i]! * dy[i]!;
    return sum;
  };
  return Float64Array.from({ length: at.length }, (_, i) => {
    const value = at[i]!;
    at[i] = value + 1e-5;
    const up = weighed();
    at[i] = value - 1e-5;
    const down = weighed();
    at[i] = value;
    return (up - down) / 2e-5;
  });
}
