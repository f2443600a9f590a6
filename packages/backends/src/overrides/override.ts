// What one file of this folder says: which of the wasm engine's kernels it stands in for, and how it computes.
import type { DataType, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { type KernelArguments, sizeOf } from '../kernels/register.ts';
import { addressOf, heapI32, makeOutput, type WasmBackend } from '../wasm-host/index.ts';

export type WasmArguments = KernelArguments<WasmBackend>;

/** A kernel of one output, or of several. */
export type Kernel = (args: WasmArguments) => TensorInfo | TensorInfo[];

export interface Override {
  readonly kernelName: string;
  /**
   * @param original the engine's own kernel, for the cases that ours leaves to it; it throws where the engine has none
   */
  readonly compute: (args: WasmArguments, original: Kernel) => TensorInfo | TensorInfo[];
}

/** The engine's own kernel under our types. */
export function asOriginal(kernelName: string, kernelFunc: KernelFunc | undefined): Kernel {
  if (kernelFunc) return kernelFunc as unknown as Kernel;
  return (args) => {
    const inputs = Object.entries(args.inputs).map(([name, tensor]) => `${name} ${tensor?.dtype}[${tensor?.shape}]`);
    throw new Error(`${kernelName}: the wasm engine cannot do this for ${inputs.join(', ')}`);
  };
}

/** Another tensor on the same values: what a reshape or a copy needs, since tensors never change. */
export function alias(backend: WasmBackend, x: TensorInfo, shape: number[]): TensorInfo {
  (backend as unknown as { incRef(dataId: object): void }).incRef(x.dataId);
  return { dataId: x.dataId, shape, dtype: x.dtype };
}

/** A tensor of zeros, of 4-byte values: what sums over nothing give. */
export function zeros(backend: WasmBackend, shape: number[], dtype: DataType, what: string): TensorInfo {
  const out = makeOutput(backend, shape, dtype, what);
  heapI32(backend, addressOf(backend, out), sizeOf(shape)).fill(0);
  return out;
}
