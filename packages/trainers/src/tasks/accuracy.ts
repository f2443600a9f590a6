// The share of right answers, as a number on the device.
import * as tf from '@tensorflow/tfjs-core';

/** Share of rows of logits [N, V] whose largest entry is the label's, int32 [N]; a scalar. */
export function accuracy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  return tf.mean(tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32')) as tf.Scalar;
}
