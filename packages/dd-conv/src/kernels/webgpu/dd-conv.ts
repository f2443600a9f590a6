// The webgpu engine's forward kernel.
import { makeOutput, type WebGpuBackend } from '@orchid-ml/backends/webgpu-host';
import type { KernelFunc } from '@tensorflow/tfjs-core';
import { type DdConvAttrs, type DdConvInputs, ddConvKernelName } from '../names.ts';
import { registerOnce } from '../register.ts';
import { convolutionOf } from './convolution.ts';
import { run } from './run.ts';

registerOnce({
  kernelName: ddConvKernelName,
  backendName: 'webgpu',
  kernelFunc: (({ inputs, backend, attrs }: { inputs: DdConvInputs; backend: WebGpuBackend; attrs: DdConvAttrs }) => {
    const y = makeOutput(backend, inputs.z.shape);
    run(convolutionOf(backend, inputs, attrs, { y }), ['y']);
    return y;
  }) as unknown as KernelFunc,
});
