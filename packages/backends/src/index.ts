// The one call most programs need before anything else: a working, trainable engine, and the truth about which one it is.
import './gradients.ts';

export { bytesToUpload, limitDeviceMemory, rehearse } from './engines/device-memory.ts';
export { heapUse, resetHeapPeak, traceHeap } from './engines/heap-use.ts';
export type {
  BackendInfo,
  BackendName,
  EngineName,
  GpuInfo,
  GpuLimit,
  Precision,
  UseBackendOptions,
} from './engines/info.ts';
export { describeBackend } from './engines/info.ts';
export { useBackend } from './engines/use-backend.ts';
export type { HeapUse } from './wasm-host/heap.ts';
export { type TooLarge, TooLargeForDeviceError } from './webgpu-host/too-large.ts';
