// Recomputation in terms of modules: which variables a part of a model uses is known from the layers it is made of.
import { checkpoint } from '@orchid-ml/backends/autodiff';
import type { Module } from '@orchid-ml/dd-conv';
import type * as tf from '@tensorflow/tfjs-core';

/**
 * f(...xs); with `recompute` nothing but xs is kept for the gradients, and f runs once more on the way back.
 *
 * @param modules those whose parameters f uses
 */
export function recomputed<T extends tf.Tensor>(
  recompute: boolean,
  f: (...xs: tf.Tensor[]) => T,
  xs: readonly tf.Tensor[],
  modules: readonly Module[],
): T {
  if (!recompute) return f(...xs);
  return checkpoint(
    f,
    xs,
    modules.flatMap((module) => module.trainableVariables()),
  );
}
