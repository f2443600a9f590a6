// The filter's activation as one op: apart, its product and its sine would each keep a tensor for the way back.
import { differentiable } from '@orchid-ml/backends/ops';
import * as tf from '@tensorflow/tfjs-core';

/**
 * sin(freq ⊙ x); keeps x and freq for its gradient.
 *
 * @param x [L, order], float32
 * @param freq [order], float32
 * @returns [L, order]
 */
export function sine(x: tf.Tensor, freq: tf.Tensor1D): tf.Tensor {
  return differentiable<tf.Tensor>([x, freq], (save) => {
    save([x, freq]);
    return {
      value: tf.sin(tf.mul(x, freq)),
      gradient: (dy, saved) => {
        const [x, freq] = saved as [tf.Tensor, tf.Tensor1D];
        const inner = tf.mul(dy, tf.cos(tf.mul(x, freq)));
        return [tf.mul(inner, freq), tf.sum(tf.mul(inner, x), 0)];
      },
    };
  });
}
