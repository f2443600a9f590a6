// What a signal's positions amount to: the mean of their states.
import * as tf from '@tensorflow/tfjs-core';

/**
 * [B, L, D] -> [B, D]
 *
 * @param hasToken the first position is a learned class token, which stands for nothing of the signal and is left out
 */
export function positionMeans(hidden: tf.Tensor3D, hasToken: boolean): tf.Tensor {
  const [batch, length, width] = hidden.shape;
  return tf.mean(hasToken ? tf.slice(hidden, [0, 1, 0], [batch, length - 1, width]) : hidden, 1);
}
