// fft on webgpu.
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { FFT } from '../contract.ts';
import { complexKernel } from './kernels.ts';

export const fftWebGpu: KernelConfig = { kernelName: FFT, backendName: 'webgpu', kernelFunc: complexKernel(false) };
