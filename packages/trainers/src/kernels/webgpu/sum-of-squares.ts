// The sum of squares of many tensors on webgpu: read once each, two dispatches for a few tensors.
import { dispatch, makeOutput, type WebGpuBackend, withScratch } from '@orchid-ml/backends/webgpu-host';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { workgroupSize } from '../../wgsl/pieces.ts';
import { partialSquaresProgram, totalProgram, valuesOfGroup } from '../../wgsl/sum-of-squares.ts';
import { bindPieces, inDispatches } from './pieces.ts';

export const sumOfSquaresWebGpu: KernelFunc = ({ inputs, backend }) => {
  const engine = backend as unknown as WebGpuBackend;
  const tensors = Object.values(inputs) as TensorInfo[];
  const most = engine.device.limits.maxStorageBuffersPerShaderStage - 1;
  const passes = inDispatches(engine, tensors, most).map((pieces) => {
    const { buffers, params, count } = bindPieces(engine, 'x', pieces);
    return { program: partialSquaresProgram(pieces.length), buffers, params, groups: Math.ceil(count / valuesOfGroup) };
  });
  const count = passes.reduce((sum, { groups }) => sum + groups, 0);
  const total = makeOutput(engine, []);
  withScratch(engine, Math.max(1, count), (partial) => {
    let at = 0;
    for (const { program, buffers, params, groups } of passes) {
      dispatch(engine, program, {
        buffers: { ...buffers, partial },
        params: { ...params, at, turns: valuesOfGroup / workgroupSize },
        groups,
      });
      at += groups;
    }
    dispatch(engine, totalProgram(), { buffers: { partial, total }, params: { count }, groups: 1 });
  });
  return total;
};
