// Clipping by the global norm (Pascanu et al., arXiv 1211.5063), as torch's clip_grad_norm_ does it.
import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, numbered, SUM_OF_SQUARES } from './kernels/names.ts';

export { clipScale } from './plain/adamw.ts';

/** The sum of squares over all the tensors, a scalar; the norm is its root. Differentiable. */
export function sumOfSquares(tensors: readonly tf.Tensor[]): tf.Scalar {
  if (!hasKernel(SUM_OF_SQUARES) || tensors.some(({ dtype }) => dtype !== 'float32')) {
    return tf.tidy(() => tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor)) as tf.Scalar)));
  }
  const run = tf.customGrad((...args: Array<tf.Tensor | tf.GradSaveFunc>) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    save([...tensors]);
    const value = tf.engine().runKernel(SUM_OF_SQUARES, numbered(tensors)) as tf.Scalar;
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => saved.map((x) => tf.mul(x, tf.mul(dy, 2))) };
  });
  return run(...tensors) as tf.Scalar;
}

/**
 * Gradients scaled to a global norm of at most `maxNorm`, for a loop of one's own. Nothing is read from the device.
 *
 * @returns new tensors under the same names, and the norm before clipping (a scalar); the caller disposes of them
 * @throws Error unless maxNorm is above 0 and there is a gradient
 */
export function clipGradients(
  gradients: ReadonlyMap<string, tf.Tensor>,
  maxNorm: number,
): { gradients: Map<string, tf.Tensor>; norm: tf.Scalar } {
  if (!(maxNorm > 0)) throw new Error(`clipGradients: maxNorm is ${maxNorm}; want a number above 0`);
  if (gradients.size === 0) throw new Error('clipGradients: there are no gradients');
  const names = [...gradients.keys()];
  const [norm, ...clipped] = tf.tidy(() => {
    const norm = tf.sqrt(sumOfSquares([...gradients.values()])) as tf.Scalar;
    const scale = tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), 1);
    return [norm, ...names.map((name) => tf.mul(gradients.get(name)!, scale))];
  });
  return { gradients: new Map(names.map((name, i) => [name, clipped[i]!])), norm: norm as tf.Scalar };
}
