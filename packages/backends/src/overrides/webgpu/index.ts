// Puts our kernels in place of those of tfjs-backend-webgpu that are not right on every device or for every shape.
import * as tf from '@tensorflow/tfjs-core';
import { batchMatMulOfNothing, sumOfNothing } from './nothing.ts';
import { unsortedSegmentSum } from './segment-sum.ts';
import { cos, sin } from './sin-cos.ts';

/** By kernel, what stands in for the engine's own; it may hand cases over to that. */
const overrides: Readonly<Record<string, (original: tf.KernelFunc) => tf.KernelFunc>> = {
  BatchMatMul: batchMatMulOfNothing,
  Cos: cos,
  Sin: sin,
  Sum: sumOfNothing,
  UnsortedSegmentSum: unsortedSegmentSum,
};

/** By the registry's own objects: a kernel's function is wrapped once more, so that it says its name. */
const installed = new WeakSet<tf.KernelConfig>();

/** Replaces kernels of the webgpu engine; once, however often called. Its package must have been imported. */
export function installWebGpuOverrides(): void {
  for (const [kernelName, override] of Object.entries(overrides)) {
    const present = tf.getKernel(kernelName, 'webgpu');
    if (!present || installed.has(present)) continue;
    const kernelFunc = override(present.kernelFunc);
    tf.unregisterKernel(kernelName, 'webgpu');
    const config: tf.KernelConfig = { kernelName, backendName: 'webgpu', kernelFunc };
    tf.registerKernel(config);
    installed.add(config);
  }
}
