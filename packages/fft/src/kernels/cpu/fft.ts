// fft on cpu.
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { FFT } from '../contract.ts';
import { complexKernel } from './lines.ts';

export const fftCpu: KernelConfig = { kernelName: FFT, backendName: 'cpu', kernelFunc: complexKernel('fft') };
