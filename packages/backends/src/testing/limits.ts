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
  // In Node it is the object's own property, in browsers the prototype's.
  const own = Object.getOwnPropertyDescriptor(device, 'limits');
  Object.defineProperty(device, 'limits', { value: lowered, configurable: true });
  return () => {
    if (own) Object.defineProperty(device, 'limits', own);
    else Reflect.deleteProperty(device, 'limits');
  };
}
