// The implicit filter's activation, sin(freq ⊙ x), as one op: exact where a float32 sine would not be, and two passes over
// memory instead of eight.
import * as tf from '@tensorflow/tfjs-core';
import { sineGradKernelName, sineKernelName } from '../kernels/names.ts';
import { checkShape, checkTensor } from './checks.ts';

/**
 * sin(freq ⊙ x), differentiable in both. On an engine without the kernel it is composed of TensorFlow.js's own ops.
 *
 * @param x [rows, width], float32
 * @param freq [width], float32
 * @throws Error when shapes or dtypes do not fit
 */
export function sine(x: tf.Tensor2D, freq: tf.Tensor1D): tf.Tensor2D {
  checkTensor('sine', 'x', x, 2);
  checkTensor('sine', 'freq', freq, 1);
  checkShape('sine', 'freq', freq, [x.shape[1]], '[width]');
  if (!tf.getKernel(sineKernelName, tf.getBackend())) return tf.tidy(() => tf.sin(tf.mul(x, freq)) as tf.Tensor2D);
  return tf.customGrad((...args) => {
    const [x, freq, save] = args as [tf.Tensor2D, tf.Tensor1D, tf.GradSaveFunc];
    save([x, freq]);
    return {
      value: tf.engine().runKernel(sineKernelName, { x, freq }) as tf.Tensor2D,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tf.engine().runKernel(sineGradKernelName, { x: saved[0]!, freq: saved[1]!, dy }) as tf.Tensor[],
    };
  })(x, freq) as tf.Tensor2D;
}
