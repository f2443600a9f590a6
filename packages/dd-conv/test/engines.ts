// Engines that the conformance suites run on, and random arrays for them.
import '@tensorflow/tfjs-backend-cpu';
import { useBackend } from '@orchid-ml/backends';
import type * as tf from '@tensorflow/tfjs-core';
import { hasWebGpu } from '../../backends/src/testing/webgpu.ts';
import { Rng } from '../src/nn/random.ts';

export type Engine = 'cpu' | 'wasm' | 'webgpu';

export const engines: readonly Engine[] = ['cpu', 'wasm', ...((await hasWebGpu()) ? (['webgpu'] as const) : [])];

export async function start(engine: Engine): Promise<void> {
  // Without a native BLAS, so that it is this workspace's own code that is tested.
  await useBackend(engine, { blas: 'off' });
}

export function randomArray(rng: Rng, size: number): Float32Array {
  return Float32Array.from({ length: size }, () => rng.normal());
}

/** Largest difference, relative to the largest magnitude of what is expected. */
export function error(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) throw new Error(`${got.length} values; want ${want.length}`);
  let difference = 0;
  let largest = 1e-30;
  for (let i = 0; i < want.length; i++) {
    difference = Math.max(difference, Math.abs(got[i]! - want[i]!));
    if (Number.isNaN(got[i]!)) return Number.NaN;
    largest = Math.max(largest, Math.abs(want[i]!));
  }
  return difference / largest;
}

/** Largest magnitude. */
export function largest(of: Float32Array): number {
  return of.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
}

export async function values(tensor: tf.Tensor): Promise<Float32Array> {
  return (await tensor.data()) as Float32Array;
}

export { Rng };
