// Linformer: attention to a fixed number of mixtures of all positions, in time and memory that grow with L alone.
import { linear } from '@orchid-ml/backends/ops';
import { kaimingUniform, Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { checkCount } from '../layers/checks.ts';
import { checkHeads, joinHeads, splitHeads } from '../layers/heads.ts';
import { Linear } from '../layers/linear.ts';
import { atPositions } from '../layers/positions.ts';
import { checkInput, checkLength, type MixingOptions, masked, type SequenceMixer } from './sequence-mixer.ts';

export interface LinformerMixerOptions {
  /** D */
  width: number;
  /** longest sequence, which the projections are made for */
  lMax: number;
  /** heads, each D / heads wide; default 2 */
  heads?: number;
  /** k, what the length is projected to; at most lMax; default 64 */
  k?: number;
  /** one projection for keys and values (the paper's key-value sharing); default false */
  shareKeyValue?: boolean;
}

/**
 * Attention of low rank (Wang et al. 2020, section 4): keys and values are projected along the length to k rows, in all heads by
 * the same matrices E and F (the paper's headwise sharing), in O(L·k·D) time and O(heads·L·k) memory a sequence:
 *
 *     q, K, V = thirds of x·W_in + b_in           each cut into heads of d = D/heads channels
 *     y = softmax(q·(E·K)ᵀ/√d)·(F·V)              in every head
 *     out = y·W_out + b_out
 *
 * E and F are [k, lMax]; a sequence of L positions uses their first L columns. It does not know the order of queries unless their
 * embeddings say it. Parameters: `in_linear.*` [3D, D], `out_linear.*` [D, D], `key_projection` [k, lMax] (E), and unless they
 * are shared `value_projection` [k, lMax] (F); both uniform in ±1/√lMax at first, as PyTorch's linear layer from lMax to k.
 */
export class LinformerMixer extends Module implements SequenceMixer {
  readonly width: number;
  readonly lMax: number;
  readonly heads: number;
  readonly k: number;
  readonly #in: Linear;
  readonly #out: Linear;
  readonly #projections: readonly [keys: tf.Tensor2D, values: tf.Tensor2D];

  /** @throws Error for sizes that are not positive integers, heads that do not divide the width, or k above lMax */
  constructor({ width, lMax, heads = 2, k = 64, shareKeyValue = false }: LinformerMixerOptions, rng: Rng) {
    super();
    this.width = checkCount('LinformerMixer: width', width);
    this.lMax = checkCount('LinformerMixer: lMax', lMax);
    this.heads = checkHeads('LinformerMixer', heads, width);
    this.k = checkCount('LinformerMixer: k', k);
    if (k > lMax) throw new Error(`LinformerMixer: k is ${k}; want at most lMax = ${lMax}`);
    this.#in = this.addModule('in_linear', new Linear({ inFeatures: width, outFeatures: 3 * width }, rng));
    this.#out = this.addModule('out_linear', new Linear({ inFeatures: width, outFeatures: width }, rng));
    const projection = (name: string) =>
      this.addParameter(name, kaimingUniform(rng, [k, lMax], lMax)).value as tf.Tensor2D;
    const keys = projection('key_projection');
    this.#projections = [keys, shareKeyValue ? keys : projection('value_projection')];
  }

  /**
   * @param x [B, L, D] float32, L at most lMax
   * @param options.positions 'last': the last position alone asks, and alone is answered
   * @param options.mask [B, L]: keys and values of padding are zeros, so that padding enters no mixture
   * @returns [B, L, D], or [B, 1, D] with 'last'
   * @throws Error for another shape or a longer sequence
   */
  forward(x: tf.Tensor3D, { positions = 'all', mask }: MixingOptions = {}): tf.Tensor3D {
    checkInput('LinformerMixer', x, this.width, mask);
    checkLength('LinformerMixer', x, this.lMax);
    const [batch, length, width] = x.shape;
    const { heads, k } = this;
    return tf.tidy(() => {
      const [all, keys, values] = this.#in.forwardParts([atPositions(x, positions), x, x]) as Thirds;
      const shorten = (rows: tf.Tensor3D, projection: tf.Tensor2D) => {
        const columns = length === this.lMax ? projection : tf.slice(projection, [0, 0], [k, length]);
        // Channels first, a projection along the length is a linear layer, and its outputs lie as the heads want them.
        const short = linear(tf.transpose(masked(rows, mask), [0, 2, 1]), columns);
        return tf.reshape(short, [batch, heads, width / heads, k]);
      };
      const [e, f] = this.#projections;
      const [shortKeys, shortValues] = [shorten(keys, e), shorten(values, f)];
      const q = tf.mul(splitHeads(all, heads), Math.sqrt(heads / width));
      const y = tf.tidy(() => tf.matMul(tf.softmax(tf.matMul(q, shortKeys)), shortValues, false, true));
      return this.#out.forward(joinHeads(y as tf.Tensor4D)) as tf.Tensor3D;
    });
  }
}

type Thirds = [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
