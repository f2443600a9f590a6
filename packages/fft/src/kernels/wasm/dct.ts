// dct on wasm.
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { DCT } from '../contract.ts';
import { cosineKernel } from './module.ts';

export const dctWasm: KernelConfig = { kernelName: DCT, backendName: 'wasm', kernelFunc: cosineKernel('dct') };
