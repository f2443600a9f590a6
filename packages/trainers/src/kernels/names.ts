// The kernels of this package, and on which engines they run; elsewhere the optimiser is composed of tfjs's own ops.
import * as tf from '@tensorflow/tfjs-core';
import type { AdamWAttrs } from '../plain/adamw.ts';
import { adamwCpu } from './cpu/adamw.ts';
import { sumOfSquaresCpu } from './cpu/sum-of-squares.ts';
import { adamwWasm } from './wasm/adamw.ts';
import { packWasm } from './wasm/pack.ts';
import { sumOfSquaresWasm } from './wasm/sum-of-squares.ts';
import { adamwWebGpu } from './webgpu/adamw.ts';
import { packWebGpu } from './webgpu/pack.ts';
import { sumOfSquaresWebGpu } from './webgpu/sum-of-squares.ts';

export type { AdamWAttrs };

/** Inputs: any float32 tensors under the keys 0, 1, ... Output: their values end to end, [total]. */
export const PACK = 'OrchidPack';
/**
 * One update, in place: the one kernel of ours that changes its inputs. Inputs: `gradient`, `first` and `second` [total],
 * and under the keys 0, 1, ... the parameters, float32, which lie end to end in those. Attributes: {@link AdamWAttrs}. No
 * output. A tensor whose values something else shares must not be given to it.
 *
 * With the optional input `gate`, [1 or more] float32, the engine decides about the update where the numbers lie, and the host
 * need not read them: nothing changes unless the gate's first and last values are finite, and the last, the sum of squares
 * of all gradients, scales them to a norm of `clipNorm` at most (`gated` in plain/adamw.ts). A step's scores (the loss first)
 * with that sum behind them are such a gate.
 */
export const ADAMW = 'OrchidAdamW';

/** Inputs: any float32 tensors under the keys 0, 1, ... Output: the sum of all their squares, []. */
export const SUM_OF_SQUARES = 'OrchidSumOfSquares';

const kernels = [
  { kernelName: PACK, backendName: 'wasm', kernelFunc: packWasm },
  { kernelName: ADAMW, backendName: 'wasm', kernelFunc: adamwWasm },
  { kernelName: ADAMW, backendName: 'cpu', kernelFunc: adamwCpu },
  { kernelName: SUM_OF_SQUARES, backendName: 'wasm', kernelFunc: sumOfSquaresWasm },
  { kernelName: SUM_OF_SQUARES, backendName: 'cpu', kernelFunc: sumOfSquaresCpu },
  { kernelName: PACK, backendName: 'webgpu', kernelFunc: packWebGpu },
  { kernelName: ADAMW, backendName: 'webgpu', kernelFunc: adamwWebGpu },
  { kernelName: SUM_OF_SQUARES, backendName: 'webgpu', kernelFunc: sumOfSquaresWebGpu },
];

/** Whether the current engine has the kernel. Ours are registered here, so that importing the package has no effect of its own. */
export function hasKernel(name: string): boolean {
  if (!tf.getKernel(PACK, 'wasm')) for (const kernel of kernels) tf.registerKernel(kernel);
  return Boolean(tf.getKernel(name, tf.getBackend()));
}

/** A list of tensors as a kernel's inputs. */
export function numbered(tensors: readonly tf.Tensor[]): tf.NamedTensorMap {
  return Object.fromEntries(tensors.entries());
}
