// What a block asks of a sequence mixer, and the mixers there are.
import type { Module, Rng } from '@orchid-ml/dd-conv';
import type * as tf from '@tensorflow/tfjs-core';
import type { Positions } from '../layers/positions.ts';
import { AttentionMixer, type AttentionMixerOptions } from './attention.ts';
import { OrchidMixer, type OrchidMixerOptions } from './orchid.ts';

export interface Mixer extends Module {
  /** D */
  readonly width: number;
  /**
   * x [B, L, D] float32 -> [B, L, D], or [B, 1, D] with positions 'last'.
   *
   * @param recompute keep as little as possible for the gradients; a mixer without parts of its own to run again ignores it,
   *   since the block runs the whole of it again
   */
  forward(x: tf.Tensor3D, positions?: Positions, recompute?: boolean): tf.Tensor3D;
}

/** Which mixer, and its options; `orchid` if left out. */
export type MixerOptions =
  | ({ readonly kind?: 'orchid' } & OrchidMixerOptions)
  | ({ readonly kind: 'attention' } & AttentionMixerOptions);

/** @throws Error when the mixer does not take its options */
export function createMixer(options: MixerOptions, rng: Rng): Mixer {
  if (options.kind === 'attention') return new AttentionMixer(options, rng);
  return new OrchidMixer(options, rng);
}
