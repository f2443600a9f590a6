// Dense attention, the mixer that Orchid is measured against.
import { Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { attend } from '../layers/attend.ts';
import { checkCount } from '../layers/checks.ts';
import { checkHeads } from '../layers/heads.ts';
import { Linear } from '../layers/linear.ts';
import { atPositions } from '../layers/positions.ts';
import { checkInput, type MixingOptions, type SequenceMixer } from './sequence-mixer.ts';

export interface AttentionMixerOptions {
  /** D */
  width: number;
  /** heads, each D / heads wide; default 2 */
  heads?: number;
}

type Thirds = [tf.Tensor, tf.Tensor, tf.Tensor];

/**
 * Multi-head softmax attention of every position to every position (Vaswani et al. 2017, section 3.2), in O(D·L²) time and
 * O(heads·L²) memory a sequence:
 *
 *     q, k, v = thirds of x·W_in + b_in           each cut into heads of d = D/heads channels
 *     y = softmax(q·kᵀ/√d)·v                      in every head
 *     out = y·W_out + b_out
 *
 * It does not know the order of positions unless their embeddings say it. Parameters: `in_linear.*` [3D, D],
 * `out_linear.*` [D, D].
 */
export class AttentionMixer extends Module implements SequenceMixer {
  readonly width: number;
  readonly heads: number;
  readonly #in: Linear;
  readonly #out: Linear;

  /** @throws Error for a width or number of heads that is not a positive integer, or heads that do not divide the width */
  constructor({ width, heads = 2 }: AttentionMixerOptions, rng: Rng) {
    super();
    this.width = checkCount('AttentionMixer: width', width);
    this.heads = checkHeads('AttentionMixer', heads, width);
    this.#in = this.addModule('in_linear', new Linear({ inFeatures: width, outFeatures: 3 * width }, rng));
    this.#out = this.addModule('out_linear', new Linear({ inFeatures: width, outFeatures: width }, rng));
  }

  /**
   * @param x [B, L, D] float32
   * @param options.positions 'last': the last position alone asks, and alone is answered
   * @param options.mask [B, L]: nobody attends to padding; a sequence of nothing but padding attends to all of it alike
   * @returns [B, L, D], or [B, 1, D] with 'last'
   * @throws Error for another shape
   */
  forward(x: tf.Tensor3D, { positions = 'all', mask }: MixingOptions = {}): tf.Tensor3D {
    checkInput('AttentionMixer', x, this.width, mask);
    return tf.tidy(() => {
      const asking = atPositions(x, positions);
      const [q, k, v] = this.#in.forwardParts([asking, x, x]) as Thirds;
      return this.#out.forward(attend(q, k, v, { heads: this.heads, mask })) as tf.Tensor3D;
    });
  }
}
