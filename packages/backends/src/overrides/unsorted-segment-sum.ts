// Missing in tfjs-backend-wasm: the gradient of gather, so of every embedding.

import { input, sizeOf } from '../kernels/register.ts';
import { engine } from '../kernels/wasm/engine.ts';
import { addressOf, makeOutput } from '../wasm-host/index.ts';
import type { Override } from './override.ts';
import { checkSegmentIds } from './segment-ids.ts';

export const unsortedSegmentSum: Override = {
  kernelName: 'UnsortedSegmentSum',
  compute(args, original) {
    const { backend, attrs } = args;
    const x = input(args, 'x');
    const segmentIds = input(args, 'segmentIds');
    if (x.dtype !== 'float32' || segmentIds.dtype !== 'int32' || segmentIds.shape.length !== 1) return original(args);
    const segments = attrs.numSegments as number;
    const [count = 0, ...rest] = x.shape;
    checkSegmentIds(x.shape, segmentIds.shape);
    const out = makeOutput(backend, [segments, ...rest], 'float32', 'unsortedSegmentSum');
    const tensors = [x, segmentIds, out].map((tensor) => addressOf(backend, tensor)) as [number, number, number];
    engine(backend).scatterAddRows(...tensors, count, segments, sizeOf(rest));
    return out;
  },
};
