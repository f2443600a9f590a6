// What this package's tests share: the engines, seeded numbers, comparison, and the float64 reference for tensors.
import { useBackend } from '@orchid-ml/backends';
import { getBackend, memory, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { hasWebGpu } from '../../backends/src/testing/webgpu.ts';

export type EngineName = 'cpu' | 'wasm' | 'webgpu';
/** Every backend with kernels; the conformance suites run over all of them. */
export const ENGINES: readonly EngineName[] = ['cpu', 'wasm', ...((await hasWebGpu()) ? (['webgpu'] as const) : [])];

/** Makes an engine the current one. */
export async function start(name: EngineName): Promise<void> {
  await useBackend(name);
  expect(getBackend()).toBe(name);
}

/** Numbers in [-1, 1), the same ones for the same seed. */
export function noise(length: number, seed = 1): Float32Array {
  let state = seed * 2654435761 + 12345;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export function noiseTensor(shape: number[], seed = 1): Tensor {
  return tensor(
    noise(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
    'float32',
  );
}

/** The largest difference, relative to the largest magnitude wanted (absolute when that is below 1e-30). */
export function deviation(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).toBe(want.length);
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < want.length; i++) {
    largest = Math.max(largest, Math.abs(want[i]!));
    const off = Math.abs(got[i]! - want[i]!);
    if (!(off <= difference)) difference = off;
  }
  return largest > 1e-30 ? difference / largest : difference;
}

/** Float32 transforms agree with float64 ones this well, relative to each tensor's largest magnitude. */
export const TOLERANCE = 5e-6;

export function expectClose(got: ArrayLike<number>, want: ArrayLike<number>, tolerance = TOLERANCE): void {
  expect(deviation(got, want)).toBeLessThan(tolerance);
}

/** Applies a function of lines along one axis of tensors given as flat values; as many outputs as it returns. */
export function alongAxis(
  inputs: Float32Array[],
  shape: number[],
  axis: number,
  line: (...inputs: Float64Array[]) => Float64Array[],
): Float64Array[] {
  const rows = shape[axis]!;
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outputs: Float64Array[] = [];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const lines = inputs.map((values) =>
        Float64Array.from({ length: rows }, (_, t) => values[(o * rows + t) * inner + i]!),
      );
      line(...lines).forEach((result, which) => {
        outputs[which] ??= new Float64Array(outer * result.length * inner);
        for (let t = 0; t < result.length; t++) {
          outputs[which][(o * result.length + t) * inner + i] = result[t]!;
        }
      });
    }
  }
  return outputs;
}

/** Runs `work` and checks that it leaves as many tensors as before, once those it returns are disposed. */
export async function leakFree(work: () => Promise<void> | void): Promise<void> {
  const before = memory().numTensors;
  await work();
  expect(memory().numTensors).toBe(before);
}

/** The values of tensors, which are then disposed. */
export async function take(...tensors: Tensor[]): Promise<Float32Array[]> {
  const values = await Promise.all(tensors.map((t) => t.data() as Promise<Float32Array>));
  for (const t of tensors) t.dispose();
  return values;
}
