// Matrix products on wasm against the cpu engine: transposes, batches, what is broadcast, what is empty.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { useBackend } from '../index.ts';
import { sameOnBoth } from '../testing/both.ts';
import { noiseTensor } from '../testing/numbers.ts';

describe('BatchMatMul', () => {
  const cases: [a: number[], b: number[], transposeA: boolean, transposeB: boolean][] = [];
  for (const [m, k, n] of [
    [1, 1, 1],
    [3, 5, 7],
    [8, 4, 12],
    [17, 33, 6],
    [2, 700, 9],
    [9, 700, 2],
  ] as const) {
    for (const [ta, tb] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      const [a, b] = [ta ? [k, m] : [m, k], tb ? [n, k] : [k, n]];
      cases.push([a, b, ta, tb], [[2, 3, ...a], [2, 3, ...b], ta, tb], [[4, ...a], [1, ...b], ta, tb]);
    }
  }
  cases.push([[1, 3, 2, 5], [2, 1, 5, 4], false, false], [[2, 0, 3], [2, 3, 4], false, false]);
  for (const transposed of [false, true]) {
    // Sums over nothing, and results without elements, of one product and of several.
    const sides = (m: number, k: number, n: number): [number[], number[]] => [[m, k], transposed ? [n, k] : [k, n]];
    for (const [a, b] of [sides(3, 0, 4), sides(0, 3, 4), sides(3, 4, 0)]) {
      cases.push([a, b, false, transposed], [[2, ...a], [2, ...b], false, transposed]);
    }
  }
  cases.push([[2, 1, 3, 1, 4, 5], [2, 1, 3, 1, 5, 6], false, false], [[4, 5], [3, 5, 6], false, false]);
  test.each(cases)('[%j] by [%j], transposed %s, %s', (a, b, ta, tb) =>
    sameOnBoth(() => tf.matMul(noiseTensor(a, 1), noiseTensor(b, 2), ta, tb)),
  );

  // More than one block of the inner side and of the columns, and no whole number of tiles.
  test.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('70 x 300 by 300 x 530, transposed %s, %s', (ta, tb) =>
    sameOnBoth(() =>
      tf.matMul(noiseTensor(ta ? [300, 70] : [70, 300], 1), noiseTensor(tb ? [530, 300] : [300, 530], 2), ta, tb),
    ),
  );

  test('gradients', () =>
    sameOnBoth(() =>
      tf.grads((a, b) => tf.matMul(a, b, false, true))([noiseTensor([2, 6, 5], 1), noiseTensor([2, 7, 5], 2)]),
    ));

  test('sizes that do not fit', async () => {
    await useBackend('wasm');
    expect(() => tf.tidy(() => tf.matMul(tf.zeros([2, 3]), tf.zeros([2, 3]), true, true))).toThrow(/inner shapes/);
  });
});

describe('_FusedMatMul', () => {
  const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;
  const biases: (number[] | null)[] = [null, [9], [1, 9]];
  test.each(activations.flatMap((activation) => biases.map((bias) => [activation, bias] as const)))(
    '%s, bias %j, with transposes and batches',
    (activation, shape) =>
      sameOnBoth(() => {
        const bias = shape ? { bias: noiseTensor(shape, 3) } : {};
        const [a, b] = [noiseTensor([2, 7, 5], 1), noiseTensor([2, 9, 5], 2)];
        const alpha = activation === 'prelu' ? { preluActivationWeights: noiseTensor([9], 4) } : {};
        const whole = tf.fused.matMul({ a, b, transposeB: true, ...bias, activation, ...alpha });
        const [x, w] = [noiseTensor([70, 33], 1), noiseTensor([33, 9], 2)];
        const run = (x: tf.Tensor, w: tf.Tensor) => tf.fused.matMul({ a: x, b: w, ...bias, activation, ...alpha });
        const differentiable = activation === 'linear' || activation === 'relu' || activation === 'relu6';
        return [whole, run(x, w), ...(differentiable ? tf.grads(run)([x, w]) : [])];
      }, 4e-6),
  );

  test('of no inner side: the bias alone', () =>
    sameOnBoth(() => tf.fused.matMul({ a: tf.zeros([2, 0]), b: tf.zeros([0, 3]), bias: tf.tensor1d([1, 2, 3]) })));
});
