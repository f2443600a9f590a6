// Splitting along an axis (queries, keys and values out of one product): slices, so the same reason as in slice.ts.
import * as tf from '@tensorflow/tfjs-core';
import { input, sizeOf } from '../kernels/register.ts';
import { releaseOutput } from '../wasm-host/index.ts';
import type { Override } from './override.ts';
import { sliceAlong } from './slice.ts';

export const splitV: Override = {
  kernelName: 'SplitV',
  compute(args, original) {
    const { backend, attrs } = args;
    const x = input(args, 'x');
    const isFourBytes = x.dtype === 'float32' || x.dtype === 'int32';
    if (!isFourBytes || sizeOf(x.shape) === 0) return original(args);
    const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0]!;
    const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, attrs.numOrSizeSplits as number | number[], axis);
    if (sizes.includes(0)) return original(args);
    const parts: tf.TensorInfo[] = [];
    try {
      let begin = 0;
      for (const size of sizes) {
        parts.push(sliceAlong(backend, x, axis, begin, size));
        begin += size;
      }
    } catch (error) {
      for (const part of parts) releaseOutput(backend, part);
      throw error;
    }
    return parts;
  },
};
