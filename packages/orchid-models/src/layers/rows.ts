// Moving rows by their numbers, both ways, with gradients on every engine: what attention over chosen positions is made of.
import { differentiable, embedding } from '@orchid-ml/backends/ops';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Rows of a table; on the way back each row gets the sum of what its copies got.
 *
 * @param rows [N, d] float32
 * @param ids int32 of any shape, each in 0..N-1
 * @returns [...ids, d]
 */
export function gatherRows(rows: tf.Tensor2D, ids: tf.Tensor): tf.Tensor {
  return embedding(ids, rows);
}

/**
 * The reverse: sums rows into a table of `count` rows, of which those that no id names are zero.
 *
 * @param rows [...ids, d] float32
 * @param ids int32 of any shape, each in 0..count-1
 * @returns [count, d]
 */
export function scatterRows(rows: tf.Tensor, ids: tf.Tensor, count: number): tf.Tensor2D {
  return differentiable<tf.Tensor2D>([rows], (save) => {
    save([ids]);
    const shape = rows.shape;
    const width = shape.at(-1)!;
    return {
      value: tf.unsortedSegmentSum(tf.reshape(rows, [-1, width]), tf.reshape(ids, [-1]) as tf.Tensor1D, count),
      gradient: (dy, [ids]) => [tf.reshape(tf.gather(dy, tf.reshape(ids!, [-1])), shape)],
    };
  });
}

/**
 * Positions within sequences -> numbers of rows when the sequences lie one after another: ids [sequences, ...] int32 of
 * positions below `length`, to which sequence n adds n · length.
 */
export function rowIds(ids: tf.Tensor, length: number): tf.Tensor {
  const [sequences, ...rest] = ids.shape as [number, ...number[]];
  const starts = tf.mul(tf.range(0, sequences, 1, 'int32'), tf.scalar(length, 'int32'));
  return tf.add(ids, tf.reshape(starts, [sequences, ...rest.map(() => 1)]));
}
