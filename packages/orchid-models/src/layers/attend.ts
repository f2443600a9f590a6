// Softmax attention itself: what every layer with dense attention does between its projections.
import * as tf from '@tensorflow/tfjs-core';
import { joinHeads, splitHeads } from './heads.ts';

export interface AttendOptions {
  /** a divisor of D */
  heads: number;
  /** [B, L] float32, 1 at real keys, 0 at padding, to which nobody attends; null or left out: all are real */
  mask?: tf.Tensor2D | null | undefined;
  /** what is done to the weights [B, heads, Lq, L], such as dropout */
  drop?: (weights: tf.Tensor) => tf.Tensor;
}

/**
 * softmax(q·kᵀ/√d)·v in every head of d = D/heads channels (Vaswani et al. 2017, section 3.2).
 *
 * @param query [B, Lq, D] float32
 * @param key [B, L, D]
 * @param value [B, L, D]
 * @returns [B, Lq, D]; a sequence of nothing but padding attends to all of it alike
 */
export function attend(
  query: tf.Tensor,
  key: tf.Tensor,
  value: tf.Tensor,
  { heads, mask, drop = (weights) => weights }: AttendOptions,
): tf.Tensor3D {
  return tf.tidy(() => {
    // Of the two factors of the product, q is the one that costs nothing to scale.
    const q = tf.mul(splitHeads(query, heads), Math.sqrt(heads / query.shape.at(-1)!));
    const [k, v] = [splitHeads(key, heads), splitHeads(value, heads)];
    // A tidy of its own, so that of the two arrays of Lq·L values the scores are gone before the layer goes on.
    const y = tf.tidy(() => {
      const scores = tf.matMul(q, k, false, true);
      return tf.matMul(drop(tf.softmax(mask ? tf.add(scores, paddingBias(mask)) : scores)), v);
    });
    return joinHeads(y as tf.Tensor4D);
  });
}

/**
 * What is added to scores, [B, 1, 1, L]: 0 for real keys, and for padding what leaves nothing of its weight. Not -Infinity, of
 * which a row of nothing but padding would make NaN.
 */
export function paddingBias(mask: tf.Tensor2D): tf.Tensor4D {
  const [batch, length] = mask.shape;
  return tf.reshape(tf.mul(tf.sub(mask, 1), 1e30), [batch, 1, 1, length]);
}
