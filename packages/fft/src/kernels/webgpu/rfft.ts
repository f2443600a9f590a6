// rfft on webgpu.
import type { WebGpuBackend } from '@orchid-ml/backends/webgpu-host';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { rfftProgram } from '../../wgsl/rfft.ts';
import { binsOf, layoutOf, type RealAttrs, RFFT, withAxis } from '../contract.ts';
import { onePass, withOutputs } from './module.ts';

export const rfftWebGpu: KernelConfig = {
  kernelName: RFFT,
  backendName: 'webgpu',
  kernelFunc: ({ inputs, backend, attrs }) => {
    const engine = backend as unknown as WebGpuBackend;
    const x = inputs.x as TensorInfo;
    const { axis, n, edge, middle } = attrs as unknown as RealAttrs;
    const shape = withAxis(x.shape, axis, binsOf(n));
    return withOutputs(engine, [shape, shape], ([re, im]) => {
      onePass(engine, rfftProgram, n, layoutOf(x.shape, axis), 2, { x, re: re!, im: im! }, { edge, middle });
    });
  },
};
