// ifft on cpu.
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { IFFT } from '../contract.ts';
import { complexKernel } from './lines.ts';

export const ifftCpu: KernelConfig = { kernelName: IFFT, backendName: 'cpu', kernelFunc: complexKernel('ifft') };
