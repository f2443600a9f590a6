// The part of tfjs-backend-webgpu's backend object that kernels use, as of 4.22.
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

export interface WebGpuBackend {
  readonly device: GPUDevice;
  readonly queue: GPUQueue;
  readonly bufferManager: {
    acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): GPUBuffer;
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
}

/** A tensor of a shape, not cleared, with a buffer on the device. */
export function makeOutput(backend: WebGpuBackend, shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
  // One without elements has values instead: there are no buffers of no size.
  return backend.makeTensorInfo([...shape], dtype, shape.includes(0) ? new Float32Array(0) : undefined);
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
