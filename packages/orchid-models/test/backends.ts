// The engines that this package's tests run on.
import { useBackend } from '@orchid-ml/backends';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

export const BACKENDS = ['cpu', 'wasm'] as const;

export async function use(name: (typeof BACKENDS)[number]): Promise<void> {
  await useBackend(name);
}

/** Runs `body` and checks that it leaves no tensor behind. */
export async function withoutLeak<T>(body: () => T | Promise<T>): Promise<T> {
  const before = tf.memory().numTensors;
  const result = await body();
  expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
  return result;
}
