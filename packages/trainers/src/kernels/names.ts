// The kernels of this package, and on which engines they run; elsewhere the optimiser is composed of tfjs's own ops.
import * as tf from '@tensorflow/tfjs-core';
import { packWasm, unpackWasm } from './wasm/pack.ts';

/** Inputs: any float32 tensors under the keys 0, 1, ... Output: their values end to end, [total]. */
export const PACK = 'OrchidPack';
/** Input: `x` [total]. Attribute: `shapes`. Outputs: x cut into tensors of these shapes. */
export const UNPACK = 'OrchidUnpack';

/** Registers the kernels once. Called by what uses them, so that importing the package has no effect of its own. */
export function registerKernels(): void {
  if (tf.getKernel(PACK, 'wasm')) return;
  tf.registerKernel({ kernelName: PACK, backendName: 'wasm', kernelFunc: packWasm });
  tf.registerKernel({ kernelName: UNPACK, backendName: 'wasm', kernelFunc: unpackWasm });
}

/** Whether the current engine has these kernels. */
export function hasKernels(): boolean {
  return Boolean(tf.getKernel(PACK, tf.getBackend()));
}
