// Gathering whole rows by memory copies; tfjs's kernel works out every value's place. Batched gathers are tfjs's own.
import * as tf from '@tensorflow/tfjs-core';
import { input, sizeOf } from '../kernels/register.ts';
import { engine } from '../kernels/wasm/engine.ts';
import { addressOf, heapI32, makeOutput, releaseOutput } from '../wasm-host/index.ts';
import type { Override } from './override.ts';

export const gatherV2: Override = {
  kernelName: 'GatherV2',
  compute(args, original) {
    const { backend, attrs } = args;
    const x = input(args, 'x');
    const indices = input(args, 'indices');
    const fourBytes = x.dtype === 'float32' || x.dtype === 'int32';
    if (!fourBytes || indices.dtype !== 'int32' || attrs.batchDims || sizeOf(x.shape) === 0) return original(args);

    const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0]!;
    const size = x.shape[axis]!;
    const before = x.shape.slice(0, axis);
    const after = x.shape.slice(axis + 1);
    const out = makeOutput(backend, [...before, ...indices.shape, ...after], x.dtype, 'gather');
    const [from, ids, to] = [x, indices, out].map((tensor) => addressOf(backend, tensor)) as [number, number, number];
    const count = sizeOf(indices.shape);
    const bad = engine(backend).gatherRows(from, ids, to, sizeOf(before), size, count, sizeOf(after));
    if (bad >= 0) {
      releaseOutput(backend, out);
      const index = heapI32(backend, ids, count)[bad];
      throw new Error(`gather: indices[${bad}] is ${index}; want 0..${size - 1} (axis ${axis} of [${x.shape}])`);
    }
    return out;
  },
};
