// Whether a model is worth saving.
import type { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { sumOfSquares } from './clip.ts';

/** False when a parameter is NaN or infinite (or beyond 1e19, whose square is). One read from the device. */
export async function isFiniteModel(model: Module): Promise<boolean> {
  const sum = tf.tidy(() => sumOfSquares([...model.namedParameters().values()].map(({ value }) => value)));
  const [value] = await sum.data();
  sum.dispose();
  return Number.isFinite(value);
}
