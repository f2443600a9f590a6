// Looking rows up in a table, with the one gradient that makes sense: sum each row's share.
import * as tf from '@tensorflow/tfjs-core';
import { any, checkTensor } from './checks.ts';
import { differentiable } from './differentiable.ts';

/**
 * Row `ids[...]` of the table, for each id.
 *
 * @param ids int32, any shape, values in 0..V-1
 * @param table float32 [V, D]
 * @returns float32 [..., D]
 * @throws Error when a dtype or shape does not fit, or (on cpu and wasm) an id is outside the table
 */
export function embedding(ids: tf.Tensor, table: tf.Tensor2D): tf.Tensor {
  checkTensor('embedding', 'ids', ids, 'int32');
  checkTensor('embedding', 'table', table, 'float32', [any, any]);
  const [rows, width] = table.shape;
  return differentiable<tf.Tensor>([table], (save) => {
    save([ids]);
    const flat = tf.gather(table, tf.reshape(ids, [-1]));
    return {
      value: tf.reshape(flat, [...ids.shape, width]),
      gradient: (dy, [ids]) => [
        tf.unsortedSegmentSum(tf.reshape(dy, [ids!.size, width]), tf.reshape(ids!, [-1]) as tf.Tensor1D, rows),
      ],
    };
  });
}
