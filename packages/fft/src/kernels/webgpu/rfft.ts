// rfft on webgpu.
import type { WebGpuBackend } from '@orchid-ml/backends/webgpu-host';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { binsOf, layoutOf, type RealAttrs, RFFT, withAxis } from '../contract.ts';
import { run } from './run.ts';

export const rfftWebGpu: KernelConfig = {
  kernelName: RFFT,
  backendName: 'webgpu',
  kernelFunc: ({ inputs, backend, attrs }) => {
    const x = inputs.x as TensorInfo;
    const { axis, n, edge, middle } = attrs as unknown as RealAttrs;
    const shape = withAxis(x.shape, axis, binsOf(n));
    return run(backend as unknown as WebGpuBackend, {
      operation: 'rfft',
      n,
      layout: layoutOf(x.shape, axis),
      inputs: () => ({ x }),
      outputs: { re: shape, im: shape },
      params: { edge, middle },
    });
  },
};
