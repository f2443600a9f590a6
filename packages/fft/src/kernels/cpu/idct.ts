// idct on cpu.
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { scaledIdct } from '../../plain/dct.ts';
import { IDCT } from '../contract.ts';
import { cosineKernel } from './lines.ts';

export const idctCpu: KernelConfig = { kernelName: IDCT, backendName: 'cpu', kernelFunc: cosineKernel(scaledIdct) };
