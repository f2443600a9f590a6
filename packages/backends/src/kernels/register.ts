// Adds a kernel once, however often a package is imported: tfjs warns about a second registration.
import * as tf from '@tensorflow/tfjs-core';
import { type WebGpuBackend, withOutputs } from '../webgpu-host/backend.ts';

/** What a kernel receives; `backend` is the engine's own object, of the type that the kernel's file knows. */
export interface KernelArguments<Backend> {
  readonly inputs: { readonly [name: string]: tf.TensorInfo | undefined };
  readonly attrs: { readonly [name: string]: unknown };
  readonly backend: Backend;
}

/** Registers `compute` as kernel `name` of an engine, unless the engine has one of that name. */
export function registerKernelOnce<Backend>(
  name: string,
  engine: string,
  compute: (args: KernelArguments<Backend>) => tf.TensorInfo | tf.TensorInfo[],
): void {
  if (tf.getKernel(name, engine) !== undefined) return;
  // Kernels of wasm make all their outputs before anything can go wrong; those of webgpu learn what cannot be bound later.
  const run: typeof compute =
    engine === 'webgpu'
      ? (args) => withOutputs(args.backend as unknown as WebGpuBackend, () => compute(args))
      : compute;
  tf.registerKernel({ kernelName: name, backendName: engine, kernelFunc: run as unknown as tf.KernelFunc });
}

/** An input that the kernel cannot do without. */
export function input(args: KernelArguments<unknown>, name: string): tf.TensorInfo {
  const tensor = args.inputs[name];
  if (!tensor) throw new Error(`a kernel was run without its input '${name}'`);
  return tensor;
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
