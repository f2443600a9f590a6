// GELU in its exact form: half a dozen elementwise ops as one kernel where the engine has ours.
import * as tf from '@tensorflow/tfjs-core';
import { checkTensor } from './checks.ts';
import { differentiable, hasKernel, runKernel } from './differentiable.ts';
import { halvable } from './halvable.ts';

/**
 * x·Φ(x), Φ the normal distribution (Hendrycks & Gimpel 2016): the erf form, torch's default, not the tanh approximation.
 *
 * @param x float32, any shape
 * @returns float32, shaped as x
 * @throws Error when x is not float32
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  checkTensor('gelu', 'x', x, 'float32');
  if (!hasKernel('OrchidGelu')) {
    return tf.tidy(() => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)) as T);
  }
  return differentiable<T>([x], (save) => {
    save([halvable(x)]);
    const [y] = runKernel('OrchidGelu', { x });
    return { value: y as T, gradient: (dy, [x]) => runKernel('OrchidGeluGrad', { x: x!, dy }) };
  });
}
