// Where the way back ends: what is chosen (a bucket, an order, a cluster) has no slope.
import { differentiable } from '@orchid-ml/backends/ops';
import type * as tf from '@tensorflow/tfjs-core';

/**
 * f(), a constant to every gradient: nothing of f is recorded, so that its ops need no gradients and save nothing. tfjs has
 * no op for it.
 */
export function stopGradient<T extends tf.Tensor>(f: () => T): T {
  // An op without inputs is on no path from a variable to a loss.
  return differentiable<T>([], () => ({ value: f(), gradient: () => [] }));
}
