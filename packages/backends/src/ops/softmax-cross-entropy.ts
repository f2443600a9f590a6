// The loss of every classifier here, fused: no softmax is kept for the way back.
import * as tf from '@tensorflow/tfjs-core';
import { any, checkTensor } from './checks.ts';
import { differentiable, hasKernel, runKernel } from './differentiable.ts';
import { halvable, isHalved } from './halvable.ts';

/**
 * Per row: log Σ exp(logits) - logits[label], natural logarithm (as torch's `cross_entropy` with reduction 'none').
 *
 * @param logits float32 [N, V]
 * @param labels int32 [N], values in 0..V-1
 * @returns float32 [N]
 * @throws Error when a dtype or shape does not fit, or (on cpu and wasm) a label is no class; on webgpu
 *   its loss is NaN
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  checkTensor('softmaxCrossEntropy', 'logits', logits, 'float32', [any, any]);
  checkTensor('softmaxCrossEntropy', 'labels', labels, 'int32', [logits.shape[0]]);
  if (!hasKernel('OrchidSoftmaxCrossEntropy')) return composed(logits, labels);

  return differentiable<tf.Tensor1D>([logits], (save) => {
    const [loss, logSum] = runKernel('OrchidSoftmaxCrossEntropy', { logits, labels });
    // Halves of large logits would be off by more than their differences; of their logarithms the likely ones are small.
    const isNormalised = isHalved(logits);
    save([isNormalised ? halvable(logits, logSum!) : logits, labels, logSum!]);
    return {
      value: loss as tf.Tensor1D,
      gradient: (dy, [logits, labels, logSum]) =>
        runKernel(
          'OrchidSoftmaxCrossEntropyGrad',
          { logits: logits!, labels: labels!, logSum: logSum!, dy },
          { isNormalised },
        ),
    };
  });
}

function composed(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  return tf.tidy(() => {
    const picked = tf.sum(tf.mul(logits, tf.oneHot(labels, logits.shape[1])), -1);
    return tf.sub(tf.logSumExp(logits, -1), picked) as tf.Tensor1D;
  });
}
