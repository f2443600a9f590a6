// idct on wasm.
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { IDCT } from '../contract.ts';
import { cosineKernel } from './module.ts';

export const idctWasm: KernelConfig = { kernelName: IDCT, backendName: 'wasm', kernelFunc: cosineKernel('idct') };
