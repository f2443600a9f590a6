// Attention's heads: the channels of a position in equal parts, each an attention of its own.
import * as tf from '@tensorflow/tfjs-core';
import { checkCount } from './checks.ts';

/** @returns `heads` @throws Error naming the mixer when it is not a positive integer that divides the width */
export function checkHeads(mixer: string, heads: number, width: number): number {
  checkCount(`${mixer}: heads`, heads);
  if (width % heads !== 0) throw new Error(`${mixer}: heads is ${heads}; want a divisor of the width ${width}`);
  return heads;
}

/** [B, L, D] -> [B, heads, L, D / heads] */
export function splitHeads(x: tf.Tensor, heads: number): tf.Tensor4D {
  const [batch, length, width] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]) as tf.Tensor4D;
}

/** [B, heads, L, d] -> [B, L, heads · d] */
export function joinHeads(x: tf.Tensor4D): tf.Tensor3D {
  const [batch, heads, length, width] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, length, heads * width]);
}
