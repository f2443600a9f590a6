// Sorting along the last axis, on the device. Every engine's TopK breaks ties by the lower index, so that all of a row sorted is a
// stable sort; order.test.ts holds each engine to it. There is no gradient: an order has none.
import * as tf from '@tensorflow/tfjs-core';
import { stopGradient } from './stop-gradient.ts';

/** Indices that sort each row in ascending order, equal ones as they stood: keys [..., L] float32 -> int32 [..., L]. */
export function stableOrder(keys: tf.Tensor): tf.Tensor {
  return topIndices(tf.neg(keys), keys.shape.at(-1)!);
}

/** Indices of each row's k largest, largest first, of equal ones the earlier first: [..., L] float32 -> int32 [..., k]. */
export function topIndices(scores: tf.Tensor, k: number): tf.Tensor {
  // Of rows of one, tfjs's webgpu engine hands out its input as an output, which is then freed twice.
  if (scores.shape.at(-1) === 1) return tf.zeros([...scores.shape.slice(0, -1), k], 'int32');
  return stopGradient(() => tf.topk(scores, k).indices);
}
