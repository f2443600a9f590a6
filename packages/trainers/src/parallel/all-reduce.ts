// Tensors through the workers' shared memory: in, added up, and out again.
import * as tf from '@tensorflow/tfjs-core';
import type { Accumulated } from '../gradients.ts';
import { copyIn, copyOut } from './copy.ts';
import type { SharedSum } from './shared-sum.ts';

/**
 * One worker's part in adding up what all of them computed; see {@link SharedSum} for why two barriers.
 *
 * @param barrier resolves when all workers have come to it
 * @param local disposed of
 */
export async function allReduce(
  sum: SharedSum,
  barrier: () => Promise<void> | void,
  local: Accumulated,
): Promise<Accumulated> {
  const tensors = [local.scores, ...local.packed];
  const sizes = tensors.map(({ size }) => size);
  try {
    const slots = sum.slotsOf(sizes);
    for (const [i, tensor] of tensors.entries()) await copyOut(tensor, slots[i]!);
  } finally {
    tf.dispose(tensors);
  }
  await barrier();
  sum.addSlice();
  await barrier();
  const [scores, ...packed] = sum.sumsOf(sizes).map(copyIn) as [tf.Tensor1D, ...tf.Tensor1D[]];
  return { scores, packed };
}
