// What the mixers over chosen positions rest on: sorting that is stable on every engine, rows that move with their gradients.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../../backends/src/testing/webgpu.ts';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { stableOrder, topIndices } from './order.ts';
import { gatherRows, rowIds, scatterRows } from './rows.ts';
import { stopGradient } from './stop-gradient.ts';

const engines = [...BACKENDS, ...((await hasWebGpu()) ? (['webgpu'] as const) : [])];

describe.each(engines)('rows and orders on %s', (engine) => {
  beforeAll(() => use(engine));

  it.each([1, 2, 7, 64, 100, 1025])('sorts rows of %i stably', async (length) => {
    const rows = 3;
    const keys = Float32Array.from({ length: rows * length }, (_, i) => ((i * 7919 + 13) % 17) - 5);
    const sorted = (row: number, sign: number) => {
      const at = (i: number) => sign * keys[row * length + i]!;
      return Array.from({ length }, (_, i) => i).sort((a, b) => at(a) - at(b) || a - b);
    };
    await withoutLeak(async () => {
      const x = tf.tensor2d(keys, [rows, length]);
      const few = Math.ceil(length / 3);
      const [order, top] = [tf.tidy(() => stableOrder(x)), topIndices(x, few)];
      expect([order.dtype, order.shape, top.shape]).toEqual(['int32', [rows, length], [rows, few]]);
      const lists = (count: number, sign: number) =>
        Array.from({ length: rows }, (_, row) => sorted(row, sign).slice(0, count));
      expect(await order.array()).toEqual(lists(length, 1));
      expect(await top.array()).toEqual(lists(few, -1));
      tf.dispose([x, order, top]);
    });
  });

  it('gathers and scatters rows, and their gradients the other way', async () => {
    await withoutLeak(async () => {
      const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
      const ids = tf.tensor2d([2, 0, 2, 2], [2, 2], 'int32');
      const weights = tf.tensor3d([1, 10, 2, 20, 3, 30, 4, 40], [2, 2, 2]);
      const gathered = gatherRows(table, ids);
      expect(await gathered.array()).toEqual([[[5, 6], [1, 2]], [[5, 6], [5, 6]]]); // biome-ignore format: rows
      const toTable = tf.grad((t) => tf.sum(tf.mul(gatherRows(t as tf.Tensor2D, ids), weights)))(table);
      expect(await toTable.array()).toEqual([[2, 20], [0, 0], [8, 80]]); // biome-ignore format: rows
      const scattered = scatterRows(weights, ids, 3);
      expect(await scattered.array()).toEqual([[2, 20], [0, 0], [8, 80]]); // biome-ignore format: rows
      const toRows = tf.grad((w) => tf.sum(tf.mul(scatterRows(w, ids, 3), table)))(weights);
      expect(await toRows.array()).toEqual([[[5, 6], [1, 2]], [[5, 6], [5, 6]]]); // biome-ignore format: rows
      const numbers = tf.tidy(() => rowIds(ids, 3));
      expect([numbers.dtype, await numbers.array()]).toEqual(['int32', [[2, 0], [5, 5]]]); // biome-ignore format: rows
      tf.dispose([table, ids, weights, gathered, toTable, scattered, toRows, numbers]);
    });
  });

  it('stops gradients, through ops that have none', async () => {
    await withoutLeak(async () => {
      const x = tf.tensor1d([3, -1, 2]);
      const chosen = (x: tf.Tensor) => tf.cast(tf.argMax(x), 'float32');
      // d/dx of x² times a constant that was chosen from x
      const { value, grad } = tf.valueAndGrad((x) =>
        tf.sum(
          tf.mul(
            tf.square(x),
            stopGradient(() => tf.add(chosen(x), 5)),
          ),
        ),
      )(x);
      expect((await value.data())[0]).toBe(70);
      expect(await grad.array()).toEqual([30, -10, 20]);
      tf.dispose([x, value, grad]);
    });
  });
});
