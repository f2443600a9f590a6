// Between tensors and shared memory. The wasm engine's memory is the host's too, so one copy does; arrays in between would
// be megabytes of garbage a step, and the threads that collect it take their time from those that compute.
import { addressOf, heapF32, type WasmBackend } from '@orchid-ml/backends/wasm-host';
import * as tf from '@tensorflow/tfjs-core';

const isWasm = () => tf.getBackend() === 'wasm';

/** Copies a float32 tensor's values to `to`, which is as long. */
export async function copyOut(tensor: tf.Tensor, to: Float32Array): Promise<void> {
  if (isWasm()) {
    const engine = tf.backend() as unknown as WasmBackend;
    to.set(heapF32(engine, addressOf(engine, tensor), tensor.size));
  } else {
    to.set(await tensor.data());
  }
}

/** A new tensor with these values, which may change afterwards. */
export function copyIn(values: Float32Array): tf.Tensor1D {
  // tfjs-backend-wasm copies what it is given to its heap; another engine may keep it.
  return tf.tensor1d(isWasm() ? values : values.slice());
}
