// Puts our kernels in place of tfjs-backend-wasm's missing and slow ones.
import * as tf from '@tensorflow/tfjs-core';
import { batchMatMul } from './batch-mat-mul.ts';
import { cast } from './cast.ts';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.ts';
import { cos } from './cos.ts';
import { depthwiseBackpropFilter } from './depthwise-backprop-filter.ts';
import { depthwiseBackpropInput } from './depthwise-backprop-input.ts';
import { exp } from './exp.ts';
import { fusedMatMul } from './fused-mat-mul.ts';
import { gatherV2 } from './gather-v2.ts';
import { identity } from './identity.ts';
import { asOriginal, type Override, type WasmArguments } from './override.ts';
import { sign } from './sign.ts';
import { sin } from './sin.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { splitV } from './split-v.ts';
import { sum } from './sum.ts';
import { tanh } from './tanh.ts';
import { transpose } from './transpose.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

/** Every kernel that {@link installWasmOverrides} replaces or adds. */
export const overrides: readonly Override[] = [
  batchMatMul,
  cast,
  conv2dBackpropFilter,
  cos,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  exp,
  fusedMatMul,
  gatherV2,
  identity,
  sign,
  sin,
  slice,
  softmax,
  splitV,
  sum,
  tanh,
  transpose,
  unsortedSegmentSum,
];

const installed = new WeakSet<object>();

/** Replaces and adds kernels of the wasm engine; once, however often called. Its package must have been imported. */
export function installWasmOverrides(): void {
  for (const { kernelName, compute } of overrides) {
    const present = tf.getKernel(kernelName, 'wasm') as tf.KernelConfig | undefined;
    if (present && installed.has(present.kernelFunc)) continue;
    const original = asOriginal(kernelName, present?.kernelFunc);
    const kernelFunc = ((args: WasmArguments) => compute(args, original)) as unknown as tf.KernelFunc;
    installed.add(kernelFunc);
    if (present) tf.unregisterKernel(kernelName, 'wasm');
    // The original's set-up must still run when the engine starts: our kernel hands some cases over to it.
    tf.registerKernel({ ...present, kernelName, backendName: 'wasm', kernelFunc });
  }
}
