// Softmax on wasm against the cpu engine: rows of every length, large values, what is not a number.
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { useBackend } from '../index.ts';
import { sameOnBoth } from '../testing/both.ts';
import { noiseTensor } from '../testing/numbers.ts';

test.each([[[1]], [[3]], [[5, 4]], [[2, 3, 7]], [[4, 130]], [[2, 2, 1, 1000]], [[0, 5]]])('Softmax of %j', (shape) =>
  sameOnBoth(() => [tf.softmax(noiseTensor(shape, 1)), tf.softmax(tf.mul(noiseTensor(shape, 2), 200))]),
);

test('its gradient', () =>
  sameOnBoth(() => {
    const dy = noiseTensor([3, 9], 2);
    return tf.grad((x) => tf.sum(tf.mul(tf.softmax(x), dy)))(noiseTensor([3, 9], 1));
  }));

test('masked values get nothing, and what is not a number stays that', async () => {
  await useBackend('wasm');
  const x = tf.tensor2d([
    [0, Number.NEGATIVE_INFINITY, 0, 0, Number.NEGATIVE_INFINITY],
    [0, Number.NaN, 0, 0, 0],
  ]);
  const y = tf.softmax(x);
  const values = [...(await y.data())];
  const third = expect.closeTo(1 / 3, 6);
  const none = expect.closeTo(0, 30);
  expect(values.slice(0, 5)).toEqual([third, none, third, third, none]);
  expect(values.slice(5)).toEqual(new Array(5).fill(Number.NaN));
  tf.dispose([x, y]);
});
