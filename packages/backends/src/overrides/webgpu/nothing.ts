// Sums over nothing, which are zeros: tfjs's kernels bind buffers of no size, which no device does.
import {
  backend_util,
  broadcast_util,
  type KernelFunc,
  sumOutType,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { sizeOf } from '../../kernels/register.ts';
import { zeros } from '../../kernels/webgpu/run.ts';
import type { WebGpuBackend } from '../../webgpu-host/index.ts';

export const sumOfNothing =
  (original: KernelFunc): KernelFunc =>
  (args) => {
    const x = args.inputs.x!;
    if (sizeOf(x.shape) > 0) return original(args);
    const { axis, keepDims } = args.attrs as unknown as { axis: number | number[]; keepDims: boolean };
    const axes = util.parseAxisParam(axis, x.shape);
    const [shape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
    const kept = keepDims ? backend_util.expandShapeToKeepDim(shape, axes) : shape;
    return zeros(args.backend as unknown as WebGpuBackend, kept, sumOutType(x.dtype));
  };

export const batchMatMulOfNothing =
  (original: KernelFunc): KernelFunc =>
  (args) => {
    const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
    if (sizeOf(a.shape) > 0 && sizeOf(b.shape) > 0) return original(args);
    const { transposeA, transposeB } = args.attrs as unknown as { transposeA: boolean; transposeB: boolean };
    const batches = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return zeros(
      args.backend as unknown as WebGpuBackend,
      [...batches, a.shape.at(transposeA ? -1 : -2)!, b.shape.at(transposeB ? -2 : -1)!],
      a.dtype,
    );
  };
