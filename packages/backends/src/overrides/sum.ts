// Sums over one run of neighbouring axes, in place: tfjs transposes the whole tensor first unless the axes are the last
// (440 ms of one training step went into it).
import * as tf from '@tensorflow/tfjs-core';
import { input, sizeOf } from '../kernels/register.ts';
import { engine } from '../kernels/wasm/engine.ts';
import { addressOf, makeOutput } from '../wasm-host/index.ts';
import { alias, type Override, zeros } from './override.ts';

export const sum: Override = {
  kernelName: 'Sum',
  compute(args, original) {
    const { backend, attrs } = args;
    const x = input(args, 'x');
    const axes = tf.util.parseAxisParam(attrs.axis as number[], x.shape).sort((a, b) => a - b);
    const areNeighbours = axes.every((axis, i) => axis === axes[0]! + i);
    // An empty sum is 0; tfjs leaves its result as the memory was.
    const isEmpty = sizeOf(x.shape) === 0 && (x.dtype === 'int32' || x.dtype === 'float32');
    if (!isEmpty && (x.dtype !== 'float32' || !areNeighbours)) return original(args);

    const reduced = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const shape = attrs.keepDims ? reduced : x.shape.filter((_, axis) => !axes.includes(axis));
    if (isEmpty) return zeros(backend, shape, x.dtype, 'sum');
    if (axes.length === 0) return alias(backend, x, shape);
    const outer = sizeOf(x.shape.slice(0, axes[0]));
    const count = sizeOf(axes.map((axis) => x.shape[axis]!));
    const inner = sizeOf(x.shape.slice(axes.at(-1)! + 1));
    const out = makeOutput(backend, shape, 'float32', 'sum');
    const [from, to] = [addressOf(backend, x), addressOf(backend, out)];
    if (inner === 1) engine(backend).sumLast(from, to, outer, count);
    else engine(backend).sumMiddle(from, to, outer, count, inner);
    return out;
  },
};
