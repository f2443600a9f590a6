// Layer normalisation over the last axis: one pass each way where the engine has our kernel.
import * as tf from '@tensorflow/tfjs-core';
import { checkRankAtLeast, checkTensor } from './checks.ts';
import { differentiable, hasKernel, runKernel } from './differentiable.ts';
import { halvable, isHalved } from './halvable.ts';

/**
 * y = (x - mean)/√(variance + eps)·weight + bias over the last axis, the variance biased (Ba et al. 2016; as torch's
 * `layer_norm`).
 *
 * @param x float32 [..., C]
 * @param weight float32 [C], or null for ones
 * @param bias float32 [C], or null for zeros
 * @param eps added to the variance; not negative
 * @returns float32, shaped as x
 * @throws Error when a dtype or shape does not fit
 */
export function layerNorm<T extends tf.Tensor>(
  x: T,
  weight: tf.Tensor1D | null = null,
  bias: tf.Tensor1D | null = null,
  eps = 1e-5,
): T {
  checkTensor('layerNorm', 'x', x, 'float32');
  checkRankAtLeast('layerNorm', 'x', x, 1);
  const channels = x.shape.at(-1)!;
  if (weight) checkTensor('layerNorm', 'weight', weight, 'float32', [channels]);
  if (bias) checkTensor('layerNorm', 'bias', bias, 'float32', [channels]);
  if (!(eps >= 0)) throw new Error(`layerNorm: eps must be 0 or more, got ${eps}`);
  if (!hasKernel('OrchidLayerNorm')) return composed(x, weight, bias, eps);

  return differentiable<T>([x, weight, bias], (save) => {
    const [y, mean, inverseDeviation] = runKernel('OrchidLayerNorm', { x, weight, bias }, { eps });
    // Halves of x itself would be off by more than its deviation where its mean is large.
    const isCentred = isHalved(x);
    save([isCentred ? halvable(x, mean!) : x, mean!, inverseDeviation!, ...(weight ? [weight] : [])]);
    return {
      value: y as T,
      gradient: (dy, [x, mean, inverseDeviation, weight = null]) =>
        runKernel(
          'OrchidLayerNormGrad',
          { x: x!, dy, mean: mean!, inverseDeviation: inverseDeviation!, weight },
          { eps, isCentred },
        ),
    };
  });
}

function composed<T extends tf.Tensor>(x: T, weight: tf.Tensor1D | null, bias: tf.Tensor1D | null, eps: number): T {
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    let y = tf.mul(centred, tf.rsqrt(tf.add(variance, eps)));
    if (weight) y = tf.mul(y, weight);
    if (bias) y = tf.add(y, bias);
    return y as T;
  });
}
