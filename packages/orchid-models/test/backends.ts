// The engines that this package's tests run on.
import { useBackend } from '@orchid-ml/backends';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

// With BLAS: the machine's native library, where it has one (packages/backends/src/blas/blas.test.ts says when it has not).
export const BACKENDS = ['cpu', 'wasm', 'wasm with BLAS'] as const;

export async function use(name: (typeof BACKENDS)[number] | 'webgpu'): Promise<void> {
  if (name === 'cpu' || name === 'webgpu') await useBackend(name);
  else await useBackend('wasm', { blas: name === 'wasm' ? 'off' : 'auto' });
}

/** Runs `body` and checks that it leaves no tensor behind. */
export async function withoutLeak<T>(body: () => T | Promise<T>): Promise<T> {
  const before = tf.memory().numTensors;
  const result = await body();
  expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
  return result;
}
