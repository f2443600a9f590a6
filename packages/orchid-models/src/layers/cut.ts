// Cutting a tensor into equal parts and putting parts together, where one part is the tensor itself (of which tfjs's own split
// loses the gradient).
import * as tf from '@tensorflow/tfjs-core';

export function cut<T extends tf.Tensor>(x: T, parts: number, axis = 0): T[] {
  return parts === 1 ? [x] : tf.split(x, parts, axis);
}

export function joined<T extends tf.Tensor>(parts: readonly T[], axis = 0): T {
  return parts.length === 1 ? parts[0]! : tf.concat([...parts], axis);
}
