// ifft on webgpu.
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { IFFT } from '../contract.ts';
import { complexKernel } from './kernels.ts';

export const ifftWebGpu: KernelConfig = { kernelName: IFFT, backendName: 'webgpu', kernelFunc: complexKernel(true) };
