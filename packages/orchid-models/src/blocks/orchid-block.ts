// One layer of a model: a mixer and an MLP, each with a norm and beside a shortcut.
import { Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { BlockDiagonalMlp } from '../layers/block-diagonal-mlp.ts';
import { Dropout } from '../layers/dropout.ts';
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
  /** blocks of the MLP's matrices, default 1: dense */
  mlpBlocks?: number;
  /** the MLP is a gated linear unit, default false */
  gated?: boolean;
  /** norms before mixer and MLP (default), or false: after each shortcut, as in BERT */
  normFirst?: boolean;
  /** share of the mixer's and the MLP's outputs that is dropped in training, default 0 */
  dropout?: number;
  /** which of a model's blocks this is, for its dropout's masks; default 0 */
  index?: number;
}

/**
 * As for a mixer. Positions 'last': what comes after the mixing is done for the last position alone. With `recompute` the inputs
 * of the block's two halves alone are kept, and each half runs once more on the way back.
 */
export interface BlockForwardOptions extends MixingOptions {
  /** In training: what the masks of dropout follow from. Left out, nothing is dropped. */
  dropoutSeed?: number | undefined;
}

/**
 * Residual block. Pre-norm: x + mixer(LN(x)), then x + mlp(LN(x)). Post-norm: LN(x + mixer(x)), then LN(x + mlp(x)).
 * Parameters: `norm1.*`, `mixer.*`, `norm2.*`, `mlp.*`.
 */
export class OrchidBlock extends Module {
  readonly mixer: SequenceMixer;
  readonly #norm1: LayerNorm;
  readonly #norm2: LayerNorm;
  readonly #mlp: Mlp | BlockDiagonalMlp;
  readonly #normFirst: boolean;
  readonly #drops: readonly [Dropout, Dropout];

  /** @throws Error when the mixer or the MLP does not take its options */
  constructor(options: OrchidBlockOptions, rng: Rng) {
    super();
    const { mixer, innerWidth, eps = 1e-5, mlpBlocks = 1, gated = false, dropout = 0, index = 0 } = options;
    const { width } = mixer;
    this.#normFirst = options.normFirst ?? true;
    this.#drops = [new Dropout(dropout, 2 * index), new Dropout(dropout, 2 * index + 1)];
    this.#norm1 = this.addModule('norm1', new LayerNorm({ width, eps }));
    this.mixer = this.addModule('mixer', createMixer(mixer, rng));
    this.#norm2 = this.addModule('norm2', new LayerNorm({ width, eps }));
    const isDense = mlpBlocks === 1 && !gated;
    const mlp = isDense
      ? new Mlp({ width, innerWidth }, rng)
      : new BlockDiagonalMlp({ width, innerWidth, blocks: mlpBlocks, gated }, rng);
    this.#mlp = this.addModule('mlp', mlp);
  }

  /**
   * @param x [B, L, D] float32
   * @param options.mask [B, L], 1 real, 0 padding
   * @returns [B, L, D], or [B, 1, D] with positions 'last'
   */
  forward(x: tf.Tensor3D, options: BlockForwardOptions = {}): tf.Tensor3D {
    const { positions = 'all', recompute = false, mask, dropoutSeed } = options;
    const mix = (x: tf.Tensor, mask?: tf.Tensor) => {
      const mixing = { positions, recompute, mask: mask as tf.Tensor2D | undefined };
      const input = (this.#normFirst ? this.#norm1.forward(x) : x) as tf.Tensor3D;
      const mixed = this.#drops[0].forward(this.mixer.forward(input, mixing), dropoutSeed);
      const sum = tf.add(atPositions(x as tf.Tensor3D, positions), mixed);
      return this.#normFirst ? sum : this.#norm1.forward(sum);
    };
    const transform = (x: tf.Tensor) => {
      const input = this.#normFirst ? this.#norm2.forward(x) : x;
      const sum = tf.add(x, this.#drops[1].forward(this.#mlp.forward(input), dropoutSeed));
      return this.#normFirst ? sum : this.#norm2.forward(sum);
    };
    const inputs = mask ? [x, mask] : [x];
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
