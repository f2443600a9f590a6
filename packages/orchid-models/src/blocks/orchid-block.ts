// One layer of a model: a mixer and an MLP, each behind a norm and beside a shortcut.
import { Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Mlp } from '../layers/mlp.ts';
import { atPositions } from '../layers/positions.ts';
import { recomputed } from '../layers/recomputed.ts';
import { createMixer, type MixerOptions } from '../mixers/mixer.ts';
import type { MixingOptions, SequenceMixer } from '../mixers/sequence-mixer.ts';

export interface OrchidBlockOptions {
  mixer: MixerOptions;
  /** inner width of the MLP */
  innerWidth: number;
  /** eps of the two norms, default 1e-5 */
  eps?: number;
}

/**
 * As for a mixer. Positions 'last': what comes after the mixing is done for the last position alone. With `recompute` the inputs
 * of the block's two halves alone are kept, and each half runs once more on the way back.
 */
export type BlockForwardOptions = MixingOptions;

/** Pre-norm residual block: x + mixer(LN(x)), then x + mlp(LN(x)). Parameters: `norm1.*`, `mixer.*`, `norm2.*`, `mlp.*`. */
export class OrchidBlock extends Module {
  readonly mixer: SequenceMixer;
  readonly #norm1: LayerNorm;
  readonly #norm2: LayerNorm;
  readonly #mlp: Mlp;

  constructor({ mixer, innerWidth, eps = 1e-5 }: OrchidBlockOptions, rng: Rng) {
    super();
    const { width } = mixer;
    this.#norm1 = this.addModule('norm1', new LayerNorm({ width, eps }));
    this.mixer = this.addModule('mixer', createMixer(mixer, rng));
    this.#norm2 = this.addModule('norm2', new LayerNorm({ width, eps }));
    this.#mlp = this.addModule('mlp', new Mlp({ width, innerWidth }, rng));
  }

  /**
   * @param x [B, L, D] float32
   * @param options.mask [B, L], 1 real, 0 padding
   * @returns [B, L, D], or [B, 1, D] with positions 'last'
   */
  forward(x: tf.Tensor3D, { positions = 'all', recompute = false, mask }: BlockForwardOptions = {}): tf.Tensor3D {
    const mix = (x: tf.Tensor, mask?: tf.Tensor) => {
      const normed = this.#norm1.forward(x) as tf.Tensor3D;
      const options = { positions, recompute, mask: mask as tf.Tensor2D | undefined };
      return tf.add(atPositions(x as tf.Tensor3D, positions), this.mixer.forward(normed, options));
    };
    const inputs = mask ? [x, mask] : [x];
    const transform = (x: tf.Tensor) => tf.add(x, this.#mlp.forward(this.#norm2.forward(x)));
    // In two halves, so that what one of them needs on the way back is gone before the other's is made again.
    return tf.tidy(() => {
      const mixed = recomputed(recompute, (...xs) => tf.tidy(() => mix(xs[0]!, xs[1])), inputs, [
        this.#norm1,
        this.mixer,
      ]);
      return recomputed(recompute, (x) => tf.tidy(() => transform(x!)), [mixed], [this.#norm2, this.#mlp]);
    }) as tf.Tensor3D;
  }
}
