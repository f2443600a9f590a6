// dct on cpu.
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { scaledDct } from '../../plain/dct.ts';
import { DCT } from '../contract.ts';
import { cosineKernel } from './lines.ts';

export const dctCpu: KernelConfig = { kernelName: DCT, backendName: 'cpu', kernelFunc: cosineKernel(scaledDct) };
