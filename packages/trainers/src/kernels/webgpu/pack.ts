// Many small tensors to one long one on webgpu, as many a dispatch as the device binds.
import { dispatch, makeOutput, type WebGpuBackend } from '@orchid-ml/backends/webgpu-host';
import { type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { packProgram } from '../../wgsl/pack.ts';
import { workgroupSize } from '../../wgsl/pieces.ts';
import { bind, bindPieces, inDispatches } from './pieces.ts';

export const packWebGpu: KernelFunc = ({ inputs, backend }) => {
  const engine = backend as unknown as WebGpuBackend;
  const parts = Object.values(inputs) as TensorInfo[];
  const total = parts.reduce((sum, part) => sum + util.sizeFromShape(part.shape), 0);
  const packed = makeOutput(engine, [total]);
  for (const pieces of inDispatches(engine, parts, engine.device.limits.maxStorageBuffersPerShaderStage - 1)) {
    const { buffers, params, count, start } = bindPieces(engine, 'part', pieces);
    const { bound, at } = bind(engine, packed, start, count);
    dispatch(engine, packProgram(pieces.length), {
      buffers: { ...buffers, packed: bound },
      params: { ...params, at },
      groups: Math.ceil(count / workgroupSize),
    });
  }
  return packed;
};
