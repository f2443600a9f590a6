// Lets a package bring WGSL kernels of its own to TensorFlow.js's webgpu engine: several outputs, workgroup memory, host-made
// tables, in the engine's own command stream.
export { makeOutput, type WebGpuBackend, withOutputs, withScratch } from './backend.ts';
export { type Bound, type DispatchArguments, dispatch } from './dispatch.ts';
export { halfOf, makeHalf } from './half.ts';
export type { Halves } from './halves.ts';
export { enter, failureOf, guarded, megabytes, settle, watchDevice } from './health.ts';
export { type BufferSlot, cached, type Program, type Scalar, wgsl } from './program.ts';
export { partOf, type Range, rangesOf } from './ranges.ts';
export { type Dispatched, isRecording, record, recordDispatches } from './record.ts';
export { type Table, table } from './tables.ts';
export { type TooLarge, TooLargeForDeviceError } from './too-large.ts';
