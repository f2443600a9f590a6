// The linear layer as one flat matrix product, which is what every engine is fastest at.
import * as tf from '@tensorflow/tfjs-core';
import { any, checkRankAtLeast, checkTensor } from './checks.ts';
import { differentiable } from './differentiable.ts';

/**
 * x·Wᵀ + b over the last axis (as torch's `linear`).
 *
 * @param x float32 [..., in]
 * @param weight float32 [out, in]
 * @param bias float32 [out], or null
 * @returns float32 [..., out]
 * @throws Error when a dtype or shape does not fit
 */
export function linear(x: tf.Tensor, weight: tf.Tensor2D, bias: tf.Tensor1D | null = null): tf.Tensor {
  checkTensor('linear', 'x', x, 'float32');
  checkRankAtLeast('linear', 'x', x, 1);
  const inputs = x.shape.at(-1)!;
  checkTensor('linear', 'weight', weight, 'float32', [any, inputs]);
  const outputs = weight.shape[0];
  // Counted, not left to tfjs as -1, which it refuses where an axis is empty.
  const rows = x.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  if (bias) checkTensor('linear', 'bias', bias, 'float32', [outputs]);

  return differentiable<tf.Tensor>([x, weight, bias], (save) => {
    save([x, weight]);
    const product = tf.matMul(tf.reshape(x, [rows, inputs]), weight, false, true);
    const sum = bias ? tf.add(product, bias) : product;
    return {
      value: tf.reshape(sum, [...x.shape.slice(0, -1), outputs]),
      gradient: (dy, [x, weight]) => {
        const flat = tf.reshape(dy, [rows, outputs]);
        return [
          tf.reshape(tf.matMul(flat, weight as tf.Tensor2D), x!.shape),
          tf.matMul(flat, tf.reshape(x!, [rows, inputs]), true, false),
          bias === null ? null : tf.sum(flat, 0),
        ];
      },
    };
  });
}
