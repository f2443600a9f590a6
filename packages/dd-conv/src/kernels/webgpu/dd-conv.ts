// The webgpu engine's forward kernel.
import type { WebGpuBackend } from '@orchid-ml/backends/webgpu-host';
import type { KernelFunc } from '@tensorflow/tfjs-core';
import { type DdConvAttrs, type DdConvInputs, ddConvKernelName } from '../names.ts';
import { registerOnce } from '../register.ts';
import { convolutionOf, withOutputs } from './convolution.ts';
import { run } from './run.ts';

registerOnce({
  kernelName: ddConvKernelName,
  backendName: 'webgpu',
  kernelFunc: (({ inputs, backend, attrs }: { inputs: DdConvInputs; backend: WebGpuBackend; attrs: DdConvAttrs }) =>
    withOutputs(backend, (make) => {
      const y = make(inputs.z.shape);
      const convolution = convolutionOf(backend, inputs, attrs, { y });
      run(convolution, ['y']);
      return y;
    })) as unknown as KernelFunc,
});
