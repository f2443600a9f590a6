// Puts our kernels in place of those of tfjs-backend-webgpu that are not right on every device.
import * as tf from '@tensorflow/tfjs-core';
import { sinCos } from './sin-cos.ts';

const overrides: Readonly<Record<string, tf.KernelFunc>> = { ...sinCos };

/** Replaces kernels of the webgpu engine; once, however often called. Its package must have been imported. */
export function installWebGpuOverrides(): void {
  for (const [kernelName, kernelFunc] of Object.entries(overrides)) {
    const present = tf.getKernel(kernelName, 'webgpu');
    if (present?.kernelFunc === kernelFunc) continue;
    if (present) tf.unregisterKernel(kernelName, 'webgpu');
    tf.registerKernel({ kernelName, backendName: 'webgpu', kernelFunc });
  }
}
