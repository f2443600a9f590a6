// Dropout: the share, the mean, and that a seed and a place decide everything.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { Dropout } from './dropout.ts';

describe.each(BACKENDS)('Dropout on %s', (backend) => {
  beforeAll(() => use(backend));

  it('drops its share, keeps the mean, and gives the mask to the gradient', async () => {
    const x = tf.ones([101, 991]);
    const dropped = new Dropout(0.1, 3);
    const y = dropped.forward(x, 7);
    const values = await y.data();
    const zeros = values.filter((value) => value === 0).length;
    // Five standard deviations of that many draws.
    const [expected, deviation] = [0.1 * x.size, Math.sqrt(0.09 * x.size)];
    expect(Math.abs(zeros - expected)).toBeLessThan(5 * deviation);
    for (const value of values) if (value !== 0 && Math.abs(value - 1 / 0.9) > 1e-5) expect(value).toBeCloseTo(1 / 0.9);
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(dropped.forward(x, 7)))(x);
    expect(await gradient.data()).toEqual(values);
    tf.dispose([x, y, gradient]);
  });

  it('depends on seed and place alone', async () => {
    const x = tf.ones([1000]);
    const drawn = async (place: number, seed: number) => {
      const y = new Dropout(0.5, place).forward(x, seed);
      const values = await y.data();
      y.dispose();
      return values;
    };
    const first = await drawn(1, 5);
    expect(await drawn(1, 5)).toEqual(first);
    for (const other of [await drawn(2, 5), await drawn(1, 6), await drawn(1, 5 + 2 ** 32)]) {
      const same = other.filter((value, i) => value === first[i]).length;
      expect(Math.abs(same - 500)).toBeLessThan(80);
    }
    x.dispose();
  });

  it('does nothing without a seed or at rate 0', () =>
    withoutLeak(() => {
      const x = tf.ones([4]);
      expect(new Dropout(0.5, 0).forward(x, null)).toBe(x);
      expect(new Dropout(0, 0).forward(x, 1)).toBe(x);
      x.dispose();
    }));
});

it('refuses what does not fit', () => {
  expect(() => new Dropout(1, 0)).toThrow('Dropout: rate is 1; want a number from 0 to below 1');
  expect(() => new Dropout(0.1, -1)).toThrow('Dropout: place is -1');
  expect(() => new Dropout(0.1, 1).forward(tf.ones([2]), 0.5)).toThrow('Dropout: the seed is 0.5; want an integer');
});
