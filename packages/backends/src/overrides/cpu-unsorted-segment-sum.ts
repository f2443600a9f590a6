// The cpu engine's own kernel goes through all rows once for each segment; this one goes through them once.
import * as tf from '@tensorflow/tfjs-core';
import { type CpuBackend, float32, valuesOf } from '../kernels/cpu/host.ts';
import { input, type KernelArguments, sizeOf } from '../kernels/register.ts';
import { checkSegmentIds } from './segment-ids.ts';

const kernelName = 'UnsortedSegmentSum';
let ours: tf.KernelFunc | undefined;

/** Replaces the kernel, once; float32 rows with one id each are ours, anything else stays the engine's. */
export function installCpuOverride(): void {
  const present = tf.getKernel(kernelName, 'cpu') as tf.KernelConfig | undefined;
  if (present === undefined || present.kernelFunc === ours) return;
  const original = present.kernelFunc;
  const compute = (args: KernelArguments<CpuBackend>): tf.TensorInfo => {
    const x = input(args, 'x');
    const segmentIds = input(args, 'segmentIds');
    if (x.dtype !== 'float32' || segmentIds.shape.length !== 1) {
      return original(args as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
    }
    const segments = args.attrs.numSegments as number;
    const [count = 0, ...rest] = x.shape;
    checkSegmentIds(x.shape, segmentIds.shape);
    const width = sizeOf(rest);
    const [values, ids] = [valuesOf(args.backend, x), valuesOf(args.backend, segmentIds)];
    const sums = new Float64Array(segments * width);
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      if (id < 0 || id >= segments) continue;
      for (let c = 0; c < width; c++) sums[id * width + c]! += values[i * width + c]!;
    }
    return float32(args.backend, [segments, ...rest], sums);
  };
  ours = compute as unknown as tf.KernelFunc;
  tf.unregisterKernel(kernelName, 'cpu');
  tf.registerKernel({ ...present, kernelFunc: ours });
}
