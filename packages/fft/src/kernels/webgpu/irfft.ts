// irfft on webgpu.
import type { WebGpuBackend } from '@orchid-ml/backends/webgpu-host';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { IRFFT, layoutOf, type RealAttrs, withAxis } from '../contract.ts';
import { run } from './run.ts';

export const irfftWebGpu: KernelConfig = {
  kernelName: IRFFT,
  backendName: 'webgpu',
  kernelFunc: ({ inputs, backend, attrs }) => {
    const re = inputs.re as TensorInfo;
    const im = inputs.im as TensorInfo;
    const { axis, n, edge, middle } = attrs as unknown as RealAttrs;
    const [y] = run(backend as unknown as WebGpuBackend, {
      operation: 'irfft',
      n,
      layout: layoutOf(re.shape, axis),
      inputs: () => ({ re, im }),
      outputs: { y: withAxis(re.shape, axis, n) },
      params: { edge, middle },
    });
    return y!;
  },
};
