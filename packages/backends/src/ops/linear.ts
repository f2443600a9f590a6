// The linear layer, with the activation that follows it: one fused kernel each way where the engine has ours, else one flat
// matrix product, which is what every engine is fastest at.
import * as tf from '@tensorflow/tfjs-core';
import { any, checkRankAtLeast, checkTensor } from './checks.ts';
import { differentiable, hasKernel, isRecorded, runKernel } from './differentiable.ts';
import { gelu } from './gelu.ts';
import { halvable, isHalvedAt } from './halvable.ts';

/** What may follow a linear layer at once. */
export type LinearActivation = 'gelu';

/**
 * activation(x·Wᵀ + b) over the last axis (as torch's `linear`, and `gelu` after it).
 *
 * @param x float32 [..., in]
 * @param weight float32 [out, in]
 * @param bias float32 [out], or null
 * @param activation 'gelu' (exact, with erf), or null for none. For the gradient x, the weight and the activation's slope
 *   are kept, not the sums
 * @returns float32 [..., out]
 * @throws Error when a dtype or shape does not fit, or there is no such activation
 */
export function linear(
  x: tf.Tensor,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D | null = null,
  activation: LinearActivation | null = null,
): tf.Tensor {
  checkTensor('linear', 'x', x, 'float32');
  checkRankAtLeast('linear', 'x', x, 1);
  const inputs = x.shape.at(-1)!;
  checkTensor('linear', 'weight', weight, 'float32', [any, inputs]);
  const outputs = weight.shape[0];
  if (bias) checkTensor('linear', 'bias', bias, 'float32', [outputs]);
  if (activation !== null && activation !== 'gelu') {
    throw new Error(`linear: activation must be 'gelu' or null, got ${JSON.stringify(activation)}`);
  }
  const isEmpty = x.size === 0 || outputs === 0;
  if (isEmpty || !hasKernel('OrchidLinear')) {
    return tf.tidy(() => {
      const sums = product(x, weight, bias);
      return activation === null ? sums : gelu(sums);
    });
  }

  const wantsSlope = activation !== null && isRecorded();
  // gelu's slope is between -0.2 and 1.2: the kernel writes halves at once.
  const hasHalfSlope = wantsSlope && isHalvedAt((x.size / inputs) * outputs);
  return differentiable<tf.Tensor>([x, weight, bias], (save) => {
    const [y, slope] = runKernel('OrchidLinear', { x, weight, bias }, { activation, wantsSlope, hasHalfSlope });
    save([halvable(x), weight, ...(slope ? [slope] : [])]);
    return {
      value: y!,
      gradient: (dy, [x, weight, slope = null]) => {
        const [dx, dweight, dbias] = runKernel('OrchidLinearGrad', { x: x!, weight: weight!, dy, slope });
        return [dx!, dweight!, bias === null ? null : dbias!];
      },
    };
  });
}

/** x·Wᵀ + b by ops of tfjs. */
function product(x: tf.Tensor, weight: tf.Tensor2D, bias: tf.Tensor1D | null): tf.Tensor {
  const [outputs, inputs] = weight.shape;
  // Counted, not left to tfjs as -1, which it refuses where an axis is empty.
  const rows = x.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  return differentiable<tf.Tensor>([x, weight, bias], (save) => {
    save([x, weight]);
    const sum = tf.matMul(tf.reshape(x, [rows, inputs]), weight, false, true);
    const biased = bias ? tf.add(sum, bias) : sum;
    return {
      value: tf.reshape(biased, [...x.shape.slice(0, -1), outputs]),
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
