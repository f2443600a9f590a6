// What training keeps for the way back fills its memory, and most of it is asked for three digits only: with mixed precision
// these tensors are kept in half of it.
import * as tf from '@tensorflow/tfjs-core';
import type { Halves } from '../webgpu-host/halves.ts';

/** Smaller tensors are not worth a dispatch. */
export const fewestHalved = 1024;

/** A tensor that an op saves for its gradient, which may get it in half precision. */
export class Halvable {
  constructor(
    readonly tensor: tf.Tensor,
    /** [rows], taken off each row of the tensor that is kept */
    readonly shift: tf.Tensor | null,
  ) {}
}

/** Whether the current engine keeps tensors of so many values in half precision, where an op lets it. */
export function isHalvedAt(size: number): boolean {
  const { halves } = tf.backend() as { halves?: Halves };
  return halves?.isMixed === true && size >= fewestHalved;
}

/** Whether it keeps this tensor so; parameters stay as they are. */
export function isHalved(tensor: tf.Tensor): boolean {
  return isHalvedAt(tensor.size) && tensor.dtype === 'float32' && !(tensor instanceof tf.Variable);
}

/**
 * Marks a tensor that an op saves: its gradient does with halves (11 bits, magnitudes up to 65504) where the engine computes in
 * mixed precision. It gets a float32 tensor of the same shape either way.
 *
 * @param shift [rows]: the halves are of tensor - shift, where {@link isHalved}; for values whose differences count
 */
export function halvable(tensor: tf.Tensor, shift: tf.Tensor | null = null): Halvable {
  return new Halvable(tensor, shift);
}

/** The tensor that is kept. */
export function kept(given: tf.Tensor | Halvable): tf.Tensor {
  if (!(given instanceof Halvable)) return given;
  const { tensor, shift } = given;
  if (!isHalved(tensor)) return tensor;
  return tf.engine().runKernel('OrchidHalfCopy', { x: tensor, ...(shift && { shift }) }) as tf.Tensor;
}
