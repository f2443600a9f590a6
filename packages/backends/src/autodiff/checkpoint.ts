// Recomputation: a part of a network that keeps its inputs alone and is run again on the way back. It costs that part's
// forward pass once more, and saves the memory of everything in between (Chen et al., arXiv 1604.06174).
import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from '../ops/differentiable.ts';
import { type Recording, record } from './tape.ts';

/**
 * f(...xs), differentiable in xs and variables, with nothing kept for the gradients but xs. On the way back f is run again,
 * so it must compute the same again: no dropout with a state of its own, no tensors but xs and what outlives the step.
 * Calls may be nested, and variables shared between them.
 *
 * @param f makes one float32 tensor
 * @param xs what f is called with; integer ones have no gradient
 * @param variables every trainable variable that f uses; one that it does not use gets a gradient of zeros
 * @returns f's value
 * @throws Error on the way back when f used a trainable variable that is not listed, whose gradient would be lost
 */
export function checkpoint<T extends tf.Tensor>(
  f: (...xs: tf.Tensor[]) => T,
  xs: readonly tf.Tensor[],
  variables: readonly tf.Variable[],
): T {
  // Listed twice, a variable would get its gradient twice.
  const each = [...new Set(variables)];
  return differentiable<T>([...xs, ...each], (save) => {
    save([...xs]);
    const value = f(...xs);
    return {
      // An op whose output is its input would be its own predecessor on the tape.
      value: xs.includes(value) ? tf.clone(value) : value,
      gradient: (dy, saved) => again(f, saved, each, dy),
    };
  });
}

function again(
  f: (...xs: tf.Tensor[]) => tf.Tensor,
  xs: readonly tf.Tensor[],
  variables: readonly tf.Variable[],
  dy: tf.Tensor,
): tf.Tensor[] {
  const asked = [...xs, ...variables];
  // The value is known already, only the way to it is wanted: the tidy frees it.
  let recording!: Recording<tf.Tensor>;
  tf.tidy(() => {
    recording = record(() => f(...xs), asked);
  });
  const { others, backward, free } = recording;
  if (others.length > 0) {
    free();
    const names = others.map(({ name, shape }) => `'${name}' [${shape}]`).join(', ');
    throw new Error(
      `checkpoint: f uses variables that are not in its list, so their gradients would be lost: ${names}`,
    );
  }
  return backward(dy).map((gradient, i) => gradient ?? tf.zeros(asked[i]!.shape));
}
