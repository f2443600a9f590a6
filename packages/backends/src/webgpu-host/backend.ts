// The part of tfjs-backend-webgpu's backend object that kernels use, as of 4.22.
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { Halves } from './halves.ts';

export interface WebGpuBackend {
  readonly device: GPUDevice;
  readonly queue: GPUQueue;
  readonly bufferManager: {
    acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): GPUBuffer;
    /** of what is rehearsed: the manager for which it stands in */
    readonly original?: object;
  };
  readonly tensorMap: { get(dataId: object): { readonly resource?: unknown; values?: unknown } };
  /** tensors that recorded commands use: their buffers are kept until those are submitted */
  readonly commandQueueOwnedIds: WeakSet<object>;
  readonly uniformPendingDisposal: GPUBuffer[];
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  /** timers of `tf.time`, when it runs */
  readonly activeTimers?: unknown;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  uploadToGPU(dataId: object): void;
  makeTensorInfo(shape: number[], dtype: DataType, values?: Float32Array | Int32Array): TensorInfo;
  disposeData(dataId: object, force?: boolean): boolean;
  refCount(dataId: object): number;
  incRef(dataId: object): void;
  /** tensors in half precision; of an engine that `useBackend` started */
  readonly halves?: Halves;
}

/** What the kernel that runs now has made. */
let outputs: TensorInfo[] | undefined;

/** Runs a kernel; when it throws, what it made by {@link makeOutput} is given back. */
export function withOutputs<T>(backend: WebGpuBackend, kernel: () => T): T {
  const outer = outputs;
  const made: TensorInfo[] = [];
  outputs = made;
  try {
    const result = kernel();
    // Of a kernel that another one runs: if that one fails later, these are given back with its own.
    outer?.push(...made);
    return result;
  } catch (error) {
    for (const { dataId } of made) backend.disposeData(dataId);
    throw error;
  } finally {
    outputs = outer;
  }
}

/** A tensor of a shape, not cleared, with a buffer on the device. */
export function makeOutput(backend: WebGpuBackend, shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
  // One without elements has values instead: there are no buffers of no size.
  const output = backend.makeTensorInfo([...shape], dtype, shape.includes(0) ? new Float32Array(0) : undefined);
  outputs?.push(output);
  return output;
}

/**
 * Runs `call` with a buffer of so many floats, not cleared, that is given back afterwards; dispatches recorded by then may
 * still use it.
 */
export function withScratch<T>(backend: WebGpuBackend, floats: number, call: (scratch: TensorInfo) => T): T {
  const scratch = backend.makeTensorInfo([floats], 'float32');
  try {
    return call(scratch);
  } finally {
    backend.disposeData(scratch.dataId);
  }
}
