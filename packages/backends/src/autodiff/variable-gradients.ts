// tf.variableGrads with a lower peak: what training runs on.
import * as tf from '@tensorflow/tfjs-core';
import { record } from './tape.ts';

export interface ValueAndGradients {
  readonly value: tf.Scalar;
  /** by the variables' names; those that the value does not depend on are left out */
  readonly grads: Record<string, tf.Tensor>;
}

/**
 * The value of f and its gradients with respect to variables, as `tf.variableGrads` gives them; but what the forward pass
 * saved, and the gradients of what lies between, are freed as soon as the way back has used them. When f throws, nothing
 * stays allocated.
 *
 * Gradients of gradients are not computed: for a gradient taken around this call, its results are constants.
 *
 * @param f makes a float32 scalar
 * @param variables only the trainable ones among them are asked about
 * @returns tensors of the caller's, or of the tidy around the call
 * @throws Error when f gives no float32 scalar, no variable is trainable, or the value depends on none; and whatever f throws
 */
export function variableGradients(f: () => tf.Scalar, variables: readonly tf.Variable[]): ValueAndGradients {
  const asked = variables.filter(({ trainable }) => trainable);
  if (asked.length === 0) {
    throw new Error(`variableGradients: none of the ${variables.length} variables is trainable; want at least one`);
  }
  // The tidy frees what was made when anything here throws.
  return tf.tidy(() => {
    const { value, backward, free } = record(f, asked);
    if (value.rank !== 0 || value.dtype !== 'float32') {
      free();
      throw new Error(`variableGradients: f gives ${value.dtype} of shape [${value.shape}]; want a float32 scalar`);
    }
    const grads: Record<string, tf.Tensor> = {};
    for (const [i, gradient] of backward(tf.scalar(1)).entries()) if (gradient) grads[asked[i]!.name] = gradient;
    if (Object.keys(grads).length === 0) {
      throw new Error('variableGradients: the value of f depends on none of the variables');
    }
    return { value, grads };
  });
}
