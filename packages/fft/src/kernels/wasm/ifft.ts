// ifft on wasm.
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { IFFT } from '../contract.ts';
import { complexKernel } from './module.ts';

export const ifftWasm: KernelConfig = { kernelName: IFFT, backendName: 'wasm', kernelFunc: complexKernel('ifft') };
