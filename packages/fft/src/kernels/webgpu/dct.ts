// dct on webgpu.
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { DCT } from '../contract.ts';
import { cosineKernel } from './kernels.ts';

export const dctWebGpu: KernelConfig = { kernelName: DCT, backendName: 'webgpu', kernelFunc: cosineKernel('dct') };
