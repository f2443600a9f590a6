// Adds a kernel unless there is one of its name: tfjs warns about a second registration, which two copies of this package
// in one program would cause.
import { type WebGpuBackend, withOutputs } from '@orchid-ml/backends/webgpu-host';
import { getKernel, type KernelConfig, registerKernel } from '@tensorflow/tfjs-core';

/** Kernels of webgpu are told late that a tensor is too large to bind: what they had made by then is given back. */
export function registerOnce(kernel: KernelConfig): void {
  const { kernelName, backendName, kernelFunc } = kernel;
  if (getKernel(kernelName, backendName)) return;
  if (backendName !== 'webgpu') registerKernel(kernel);
  else {
    registerKernel({
      ...kernel,
      kernelFunc: (args) => withOutputs(args.backend as unknown as WebGpuBackend, () => kernelFunc(args)),
    });
  }
}
