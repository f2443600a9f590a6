// Transposes on wasm against the cpu engine, and which of them are swaps.
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { sameOnBoth } from '../testing/both.ts';
import { noiseTensor } from '../testing/numbers.ts';
import { asSwap } from './transpose.ts';

test.each([
  [
    [5, 7],
    [1, 0],
  ],
  [
    [64, 32],
    [1, 0],
  ],
  [
    [33, 130],
    [1, 0],
  ],
  [
    [2, 5, 9],
    [0, 2, 1],
  ],
  [
    [2, 5, 9],
    [1, 0, 2],
  ],
  [
    [2, 5, 9],
    [2, 0, 1],
  ],
  [
    [2, 5, 9],
    [2, 1, 0],
  ],
  [
    [2, 3, 4, 5],
    [0, 2, 1, 3],
  ],
  [
    [2, 3, 4, 5],
    [0, 1, 3, 2],
  ],
  [
    [2, 7, 3, 5],
    [0, 2, 1, 3],
  ],
  [
    [6, 3, 4],
    [1, 0, 2],
  ],
  [
    [1, 6, 1, 5],
    [3, 2, 1, 0],
  ],
  [
    [1, 6, 1, 5],
    [2, 1, 0, 3],
  ],
  [
    [4, 0],
    [1, 0],
  ],
])('Transpose %j by %j', (shape, perm) =>
  sameOnBoth(() => [
    tf.transpose(noiseTensor(shape, 1), perm),
    tf.transpose(tf.cast(tf.mul(noiseTensor(shape, 1), 9), 'int32'), perm),
    tf.transpose(tf.greater(noiseTensor(shape, 1), 0), perm),
  ]),
);

test('which transposes are swaps', () => {
  expect(asSwap([2, 3, 4], [0, 2, 1])).toEqual({ outer: 2, rows: 3, columns: 4, inner: 1 });
  expect(asSwap([2, 3, 4], [1, 2, 0])).toEqual({ outer: 1, rows: 2, columns: 12, inner: 1 });
  expect(asSwap([2, 3, 4], [1, 0, 2])).toEqual({ outer: 1, rows: 2, columns: 3, inner: 4 });
  expect(asSwap([2, 3, 4, 5], [0, 2, 1, 3])).toEqual({ outer: 2, rows: 3, columns: 4, inner: 5 });
  expect(asSwap([2, 3, 4, 5, 6], [2, 0, 1, 3, 4])).toEqual({ outer: 1, rows: 6, columns: 4, inner: 30 });
  expect(asSwap([2, 1, 4], [1, 0, 2])).toBe('identity');
  expect(asSwap([2, 3, 4], [2, 1, 0])).toBeUndefined();
  expect(asSwap([2, 3, 4, 5], [3, 1, 2, 0])).toBeUndefined();
});
