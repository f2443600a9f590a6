// σ of type II conditioning (paper, appendix on ablations): what may be done to a spectrum before it is multiplied.
import * as tf from '@tensorflow/tfjs-core';
import type { ConditioningActivation } from './options.ts';

/** Softshrink's dead zone is ±0.5, PyTorch's default. */
const shrink = 0.5;

export const activations: Record<ConditioningActivation, (x: tf.Tensor) => tf.Tensor> = {
  identity: (x) => x,
  tanh: (x) => tf.tanh(x),
  sigmoid: (x) => tf.sigmoid(x),
  softsign: (x) => tf.tidy(() => tf.div(x, tf.add(tf.abs(x), 1))),
  softshrink: (x) => tf.tidy(() => tf.sub(tf.relu(tf.sub(x, shrink)), tf.relu(tf.sub(tf.neg(x), shrink)))),
};
