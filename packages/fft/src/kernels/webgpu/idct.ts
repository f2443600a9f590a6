// idct on webgpu.
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { IDCT } from '../contract.ts';
import { cosineKernel } from './kernels.ts';

export const idctWebGpu: KernelConfig = { kernelName: IDCT, backendName: 'webgpu', kernelFunc: cosineKernel('idct') };
