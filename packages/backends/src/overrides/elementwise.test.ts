// The kernels that go value by value against float64: ordinary values, arguments far out, tails of every size, what is no
// number, and the gradients that rest on them.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../index.ts';
import { expectClose, leavesNothing, noise } from '../testing/numbers.ts';

interface Row {
  readonly name: string;
  readonly op: (x: tf.Tensor) => tf.Tensor;
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
  /** largest magnitudes of the arguments tried */
  readonly reaches: readonly number[];
  /** largest absolute difference */
  readonly tolerance: number;
  /** at ±0, ±Infinity and NaN */
  readonly specials: readonly [zero: number, infinity: number, minusInfinity: number, nan: number];
}

const waveReaches = [1e-20, 1, 300, 8191, 8300, 1e6, 3e38];
const rows: readonly Row[] = [
  {
    name: 'sin',
    op: tf.sin,
    value: Math.sin,
    slope: Math.cos,
    reaches: waveReaches,
    tolerance: 6e-8,
    specials: [0, Number.NaN, Number.NaN, Number.NaN],
  },
  {
    name: 'cos',
    op: tf.cos,
    value: Math.cos,
    slope: (x) => -Math.sin(x),
    reaches: waveReaches,
    tolerance: 6e-8,
    specials: [1, Number.NaN, Number.NaN, Number.NaN],
  },
  {
    name: 'tanh',
    op: tf.tanh,
    value: Math.tanh,
    slope: (x) => 1 - Math.tanh(x) ** 2,
    reaches: [1e-20, 0.3, 0.7, 3, 20, 3e38],
    tolerance: 1e-7,
    specials: [0, 1, -1, Number.NaN],
  },
  // tfjs gives 0 for NaN on every engine.
  {
    name: 'sign',
    op: tf.sign,
    value: Math.sign,
    slope: () => 0,
    reaches: [1e-30, 1, 3e38],
    tolerance: 0,
    specials: [0, 1, -1, 0],
  },
];

beforeAll(async () => void (await useBackend('wasm')));

describe.each(rows)('$name', ({ op, value, slope, reaches, tolerance, specials }) => {
  const wanted = (x: Float32Array, f: (x: number) => number): Float64Array => Float64Array.from(x, f);

  /** Absolute differences, not relative to the largest value. */
  async function compare(x: Float32Array, shape: number[] = [x.length]): Promise<void> {
    await leavesNothing(async () => {
      const y = tf.tidy(() => op(tf.tensor(x, shape, 'float32')));
      expect(y.shape).toEqual(shape);
      expect(y.dtype).toBe('float32');
      const values = (await y.data()) as Float32Array;
      const error = Math.max(...wanted(x, value).map((want, i) => Math.abs(values[i]! - want)));
      expect(error, `largest error of ${values.length} values`).toBeLessThanOrEqual(tolerance);
      y.dispose();
    });
  }

  test.each(reaches)('values up to %f', (reach) =>
    compare(
      noise(5003, 1).map((v) => (v / 3) * reach),
      [5003],
    ),
  );

  test.each([0, 1, 2, 3, 4, 5, 7, 8, 131])('%i values', (count) =>
    compare(
      noise(2 * count, 2).map((v) => 100 * v),
      [2, count],
    ),
  );

  test('multiples of π/2 and their neighbours', () =>
    compare(Float32Array.from({ length: 3000 }, (_, i) => (i - 1500) * (Math.PI / 2) * (1 + ((i % 3) - 1) * 6e-8))));

  test.each([0, 1, 4])('what is no ordinary number, with %i values before it', async (before) => {
    const ordinary = Float32Array.from(noise(before, 3));
    const x = Float32Array.of(...ordinary, 0, -0, Infinity, -Infinity, Number.NaN);
    const y = tf.tidy(() => op(tf.tensor1d(x)));
    const values = [...(await y.data())];
    y.dispose();
    // -0 and 0 are the same here.
    expect(values.slice(before).map((v) => v + 0)).toEqual([specials[0], ...specials]);
    await expectClose(values.slice(0, before), [...ordinary].map(value), 1e-6);
  });

  test('gradient', () =>
    leavesNothing(async () => {
      const [x, dy] = [noise(131, 4).map((v) => 2 * v), noise(131, 5)];
      const grad = tf.tidy(() => tf.grad((x) => op(x))(tf.tensor1d(x), tf.tensor1d(dy)));
      await expectClose(
        grad,
        wanted(x, slope).map((v, i) => v * dy[i]!),
        3e-7,
      );
      grad.dispose();
    }));
});

describe('cast', () => {
  test('to the dtype it has shares the values, and letting go of one keeps the other', () =>
    leavesNothing(async () => {
      for (const dtype of ['float32', 'int32', 'bool'] as const) {
        const x = tf.tensor1d([0, 1, 1], dtype);
        const buffers = tf.memory().numDataBuffers;
        const y = tf.cast(x, dtype);
        expect(tf.memory().numDataBuffers).toBe(buffers);
        expect(y.dtype).toBe(dtype);
        x.dispose();
        expect([...(await y.data())]).toEqual([0, 1, 1]);
        y.dispose();
      }
    }));

  test('to another dtype', () =>
    leavesNothing(async () => {
      const x = tf.tensor1d([-1.5, 0, 2.5]);
      const whole = tf.cast(x, 'int32');
      const back = tf.cast(whole, 'float32');
      expect([whole.dtype, ...(await whole.data())]).toEqual(['int32', -1, 0, 2]);
      expect([back.dtype, ...(await back.data())]).toEqual(['float32', -1, 0, 2]);
      tf.dispose([x, whole, back]);
    }));
});

test('exp, relative to its value, from the smallest result to the largest and beyond', async () => {
  await useBackend('wasm', { blas: 'off' });
  const x = Float32Array.from({ length: 100_003 }, (_, i) => -110 + (i / 100_000) * 205);
  const y = tf.tidy(() => tf.exp(tf.tensor1d(x)));
  const values = await y.data();
  y.dispose();
  for (let i = 0; i < x.length; i++) {
    const wanted = Math.exp(x[i]!);
    // Below the normal numbers float32 has a step of 2^-149.
    if (wanted > 3.4028236e38) expect(values[i]).toBe(Infinity);
    else if (!(Math.abs(values[i]! - wanted) <= Math.max(1.6e-7 * wanted, 2 ** -149)))
      expect.fail(`exp(${x[i]}) is ${values[i]}, want ${wanted}`);
  }
  const ends = tf.tidy(() => tf.exp(tf.tensor1d([0, -0, Infinity, -Infinity, Number.NaN, 3e38, -3e38])));
  expect([...(await ends.data())]).toEqual([1, 1, Infinity, 0, Number.NaN, Infinity, 0]);
  ends.dispose();
});
