// fft on wasm.
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { FFT } from '../contract.ts';
import { complexKernel } from './module.ts';

export const fftWasm: KernelConfig = { kernelName: FFT, backendName: 'wasm', kernelFunc: complexKernel('fft') };
