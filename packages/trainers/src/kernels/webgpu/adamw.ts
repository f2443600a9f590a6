// The AdamW update on webgpu: gradient, moments and parameters each where they lie, several parameters a dispatch, and with a
// gate nothing to be read by the host.
import { dispatch, type WebGpuBackend } from '@orchid-ml/backends/webgpu-host';
import { type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { AdamWAttrs } from '../../plain/adamw.ts';
import { adamwProgram, otherBuffers } from '../../wgsl/adamw.ts';
import { workgroupSize } from '../../wgsl/pieces.ts';
import { bind, bindPieces, inDispatches } from './pieces.ts';

export const adamwWebGpu: KernelFunc = ({ inputs, attrs, backend }) => {
  const engine = backend as unknown as WebGpuBackend;
  const { gradient, first, second, gate, ...parameters } = inputs as Record<string, TensorInfo>;
  const { clipNorm = null, ...numbers } = attrs as unknown as AdamWAttrs;
  const clips = gate !== undefined && clipNorm !== null;
  const most = engine.device.limits.maxStorageBuffersPerShaderStage - otherBuffers;
  for (const pieces of inDispatches(engine, Object.values(parameters), most)) {
    const { buffers, params, count, start } = bindPieces(engine, 'p', pieces);
    const flat = { gradient: gradient!, first: first!, second: second! };
    const parts = Object.entries(flat).map(([name, tensor]) => [name, bind(engine, tensor, start, count)] as const);
    dispatch(engine, adamwProgram(pieces.length, gate !== undefined, clips), {
      buffers: {
        ...buffers,
        ...Object.fromEntries(parts.map(([name, { bound }]) => [name, bound])),
        ...(gate && { gate }),
      },
      params: {
        ...numbers,
        ...params,
        at: parts[0]![1].at,
        ...(gate && { gateLast: util.sizeFromShape(gate.shape) - 1 }),
        ...(clips && { clipNorm }),
      },
      groups: Math.ceil(count / workgroupSize),
    });
  }
  return [];
};
