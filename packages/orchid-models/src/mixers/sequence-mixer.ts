// What a block asks of a sequence mixer: the one interface that orchid, attention and all the others have in common.
import type { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import type { Positions } from '../layers/positions.ts';

export interface MixingOptions {
  /** 'last': the last position alone is answered. Default 'all'. */
  positions?: Positions | undefined;
  /**
   * Keep as little as possible for the gradients. Default false. A mixer without parts of its own to run again ignores it,
   * since the block runs the whole of it again.
   */
  recompute?: boolean | undefined;
  /**
   * [B, L] float32, 1 at real positions and 0 at padding, or null where all are real (the default). What stands at padding
   * then has no influence on the answers at real positions; the answers at padding mean nothing.
   */
  mask?: tf.Tensor2D | null | undefined;
}

/** Mixes a sequence along its length. */
export interface SequenceMixer extends Module {
  /** D */
  readonly width: number;
  /**
   * x [B, L, D] float32 -> [B, L, D], or [B, 1, D] with positions 'last'.
   *
   * @throws Error for another shape of x or of the mask, and for a longer sequence than the mixer was made for
   */
  forward(x: tf.Tensor3D, options?: MixingOptions): tf.Tensor3D;
}

/** @throws Error naming the mixer when x is not [B, L, width], or there is a mask that is not float32 [B, L] */
export function checkInput(mixer: string, x: tf.Tensor3D, width: number, mask: tf.Tensor2D | null | undefined): void {
  if (x.rank !== 3 || x.shape[2] !== width) {
    throw new Error(`${mixer}: x has the shape [${x.shape}], want [batch, length, ${width}]`);
  }
  if (!mask) return;
  const [batch, length] = x.shape;
  if (mask.dtype !== 'float32' || mask.rank !== 2 || mask.shape[0] !== batch || mask.shape[1] !== length) {
    throw new Error(
      `${mixer}: mask is ${mask.dtype} of shape [${mask.shape}], want float32 of shape [${batch},${length}]`,
    );
  }
}

/** x [B, L, C] with zeros at padding; x itself without a mask. */
export function masked(x: tf.Tensor3D, mask: tf.Tensor2D | null | undefined): tf.Tensor3D {
  return mask ? tf.mul(x, tf.expandDims(mask, 2)) : x;
}

/** @throws Error naming the mixer when the sequence is longer than what the mixer was made for */
export function checkLength(mixer: string, x: tf.Tensor3D, lMax: number): void {
  const length = x.shape[1];
  if (length > lMax) throw new Error(`${mixer}: the sequence has ${length} positions, and lMax is ${lMax}`);
}
