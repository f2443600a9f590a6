// One layer of a model: a mixer and an MLP, each behind a norm and beside a shortcut.
import { Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Mlp } from '../layers/mlp.ts';
import { atPositions, type Positions } from '../layers/positions.ts';
import { OrchidMixer, type OrchidMixerOptions } from '../mixers/orchid.ts';

export interface OrchidBlockOptions {
  mixer: OrchidMixerOptions;
  /** inner width of the MLP */
  innerWidth: number;
  /** eps of the two norms, default 1e-5 */
  eps?: number;
}

/** Pre-norm residual block: x + mixer(LN(x)), then x + mlp(LN(x)). Parameters: `norm1.*`, `mixer.*`, `norm2.*`, `mlp.*`. */
export class OrchidBlock extends Module {
  readonly mixer: OrchidMixer;
  readonly #norm1: LayerNorm;
  readonly #norm2: LayerNorm;
  readonly #mlp: Mlp;

  constructor({ mixer, innerWidth, eps = 1e-5 }: OrchidBlockOptions, rng: Rng) {
    super();
    const { width } = mixer;
    this.#norm1 = this.addModule('norm1', new LayerNorm({ width, eps }));
    this.mixer = this.addModule('mixer', new OrchidMixer(mixer, rng));
    this.#norm2 = this.addModule('norm2', new LayerNorm({ width, eps }));
    this.#mlp = this.addModule('mlp', new Mlp({ width, innerWidth }, rng));
  }

  /**
   * @param x [B, L, D] float32
   * @param positions 'last': what comes after the mixing is done for the last position alone
   * @returns [B, L, D], or [B, 1, D] with 'last'
   */
  forward(x: tf.Tensor3D, positions: Positions = 'all'): tf.Tensor3D {
    return tf.tidy(() => {
      const mixed = tf.add(
        atPositions(x, positions),
        this.mixer.forward(this.#norm1.forward(x) as tf.Tensor3D, positions),
      );
      return tf.add(mixed, this.#mlp.forward(this.#norm2.forward(mixed))) as tf.Tensor3D;
    });
  }
}
