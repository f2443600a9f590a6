// Adds a kernel unless there is one of its name: tfjs warns about a second registration, which two copies of this package
// in one program would cause.
import { getKernel, type KernelConfig, registerKernel } from '@tensorflow/tfjs-core';

export function registerOnce(kernel: KernelConfig): void {
  if (!getKernel(kernel.kernelName, kernel.backendName)) registerKernel(kernel);
}
