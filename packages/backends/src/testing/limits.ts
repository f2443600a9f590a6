// A device that says it can do less than it can, so that a test sees in kilobytes what happens in gigabytes.
import * as tf from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from '../webgpu-host/index.ts';

/** Limits of the current webgpu engine's device as a test wants them, until the function returned is called. */
export function lowerLimits(
  lower: Partial<Record<'maxStorageBufferBindingSize' | 'maxBufferSize', number>>,
): () => void {
  const { device } = tf.backend() as unknown as WebGpuBackend;
  const { limits } = device;
  const lowered = new Proxy(limits, {
    get: (target, name) => lower[name as keyof typeof lower] ?? Reflect.get(target, name, target),
  });
  Object.defineProperty(device, 'limits', { value: lowered, configurable: true });
  // What was there is the prototype's.
  return () => void Reflect.deleteProperty(device, 'limits');
}
