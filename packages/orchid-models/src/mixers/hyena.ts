// Hyena: gates and static long convolutions in turn. What Orchid is without kernels made from the data.
import { ImplicitFilter, longConv, Module, normal, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { checkCount } from '../layers/checks.ts';
import { Linear } from '../layers/linear.ts';
import { atPositions } from '../layers/positions.ts';
import { recomputed } from '../layers/recomputed.ts';
import { gatherRows } from '../layers/rows.ts';
import { ShortConv } from '../layers/short-conv.ts';
import { checkInput, checkLength, type MixingOptions, masked, type SequenceMixer } from './sequence-mixer.ts';

export interface HyenaMixerOptions {
  /** D */
  width: number;
  /** longest sequence, which the kernels are made for */
  lMax: number;
  /** N, gates and long convolutions; default 2 */
  order?: number;
  /**
   * `causal` (the default, the paper's): no output depends on a later input. `bidirectional`: kernels of 2L - 1 samples, with
   * half of their own for what comes later. `circular`: kernels of L samples that go round the ends.
   */
  mode?: 'causal' | 'bidirectional' | 'circular';
  /** taps of the short causal convolution, default 3 */
  shortFilterOrder?: number;
  /** the MLP that makes the kernels; see ImplicitFilter */
  filter?: { order?: number; embDim?: number; numInnerMlps?: number; w?: number };
}

const MODES = ['causal', 'bidirectional', 'circular'] as const;

/**
 * The Hyena operator of order N (Poli et al. 2023, definition 3.1 and algorithms 1 to 3), in O(N·D·L log L):
 *
 *     v, x_1, ..., x_N = parts, each D wide, of the short causal convolution of x·W_in + b_in
 *     z_1 = v
 *     z_{n+1} = x_n ⊙ (h_n * z_n + d_n ⊙ z_n)      n = 1..N, * along the length
 *     out = z_{N+1}·W_out + b_out
 *
 * The kernels h_n come from one network of the position (`ImplicitFilter`), so channel c of h_n is its channel c·N + n - 1
 * and every kernel has slow and fast decays; the bidirectional mode takes two such channels a kernel, the first for the past and
 * the present, the second for what comes later. The authors' code of order N has one convolution less: a gate where h_1 is here.
 *
 * The short convolution is causal in every mode, as Orchid's is. Parameters: `in_linear.*` [(N+1)·D, D], `out_linear.*` [D, D],
 * `short_conv.*` [(N+1)·D, 1, m], `filter.*`, `skips` [N, D] (d_n).
 */
export class HyenaMixer extends Module implements SequenceMixer {
  readonly width: number;
  readonly lMax: number;
  readonly order: number;
  readonly mode: (typeof MODES)[number];
  readonly #in: Linear;
  readonly #out: Linear;
  readonly #short: ShortConv;
  readonly #filter: ImplicitFilter;
  readonly #skips;

  /** @throws Error for sizes that are not positive integers, or another mode */
  constructor(options: HyenaMixerOptions, rng: Rng) {
    super();
    const { width, lMax, order = 2, mode = 'causal', shortFilterOrder = 3, filter } = options;
    this.width = checkCount('HyenaMixer: width', width);
    this.lMax = checkCount('HyenaMixer: lMax', lMax);
    this.order = checkCount('HyenaMixer: order', order);
    if (!MODES.includes(mode)) {
      throw new Error(`HyenaMixer: mode is ${JSON.stringify(mode)}; want ${MODES.map((m) => `'${m}'`).join(' or ')}`);
    }
    this.mode = mode;
    const parts = (order + 1) * width;
    this.#in = this.addModule('in_linear', new Linear({ inFeatures: width, outFeatures: parts }, rng));
    this.#out = this.addModule('out_linear', new Linear({ inFeatures: width, outFeatures: width }, rng));
    this.#short = this.addModule('short_conv', new ShortConv({ width: parts, taps: shortFilterOrder }, rng));
    const kernels = order * this.#sides;
    this.#filter = this.addModule('filter', new ImplicitFilter({ width: kernels * width, lMax, ...filter }, rng));
    this.#skips = this.addParameter('skips', normal(rng, [order, width]), { weightDecay: 0 });
  }

  get #sides(): 1 | 2 {
    return this.mode === 'bidirectional' ? 2 : 1;
  }

  /**
   * The kernels h_1 ... h_N one after another: [N, length, D]; bidirectional [N, 2·length, D], in which row s < length is what
   * acts s positions later, and row 2·length - s what acts s positions earlier; row length acts on nothing.
   */
  kernels(length: number): tf.Tensor3D {
    const { width, order } = this;
    const count = order * this.#sides;
    return tf.tidy(() => {
      const channels = tf.reshape(this.#filter.forward(length), [length * width, count]);
      const apart = tf.transpose(channels);
      if (this.mode !== 'bidirectional') return tf.reshape(apart, [order, length, width]);
      const rows = tf.reshape(apart, [count * length, width]) as tf.Tensor2D;
      return gatherRows(rows, tf.tensor2d(bothSides(order, length), [order, 2 * length], 'int32')) as tf.Tensor3D;
    });
  }

  /**
   * @param x [B, L, D] float32, L at most lMax
   * @param options.positions 'last': the last position alone goes through the output layer
   * @param options.recompute keep nothing of the kernels' network for the gradients, and run it again on the way back
   * @param options.mask [B, L]: the projections are zero at padding before the short convolution, and so is every z_n
   * @returns [B, L, D], or [B, 1, D] with 'last'
   * @throws Error for another shape or a longer sequence
   */
  forward(x: tf.Tensor3D, { positions = 'all', recompute = false, mask }: MixingOptions = {}): tf.Tensor3D {
    checkInput('HyenaMixer', x, this.width, mask);
    checkLength('HyenaMixer', x, this.lMax);
    const length = x.shape[1];
    const { order, width } = this;
    return tf.tidy(() => {
      // Part by part: splitting the whole projection afterwards would copy it.
      const inputs = Array<tf.Tensor3D>(order + 1).fill(x);
      const projected = this.#in.forwardParts(inputs).map((part) => masked(part as tf.Tensor3D, mask));
      const [v, ...gates] = this.#short.forwardParts(projected);
      const kernels = recomputed(recompute, () => this.kernels(length), [], [this.#filter]);
      const [, rows] = kernels.shape;
      let z = v!;
      for (const [n, gate] of gates.entries()) {
        const skip = tf.reshape(tf.slice(this.#skips.value as tf.Tensor2D, [n, 0], [1, width]), [width]) as tf.Tensor1D;
        const kernel = tf.reshape(tf.slice(kernels, [n, 0, 0], [1, rows, width]), [rows, width]) as tf.Tensor2D;
        z = tf.mul(gate, this.#convolve(masked(z, mask), kernel, skip));
      }
      return this.#out.forward(atPositions(z, positions)) as tf.Tensor3D;
    });
  }

  #convolve(z: tf.Tensor3D, kernel: tf.Tensor2D, skip: tf.Tensor1D): tf.Tensor3D {
    if (this.mode !== 'bidirectional') return longConv(z, kernel, { mode: this.mode, skip });
    // Over 2L points nothing goes round an end.
    const [batch, length, width] = z.shape;
    const padded = tf.pad(z, [
      [0, 0],
      [0, length],
      [0, 0],
    ]) as tf.Tensor3D;
    return tf.slice(longConv(padded, kernel, { mode: 'circular', skip }), [0, 0, 0], [batch, length, width]);
  }
}

/** Rows of [N, 2, length] kernels in the order of a circular kernel of 2·length samples: the past, then the future backwards. */
function bothSides(order: number, length: number): Int32Array {
  return Int32Array.from({ length: order * 2 * length }, (_, i) => {
    const [n, row] = [Math.floor(i / (2 * length)), i % (2 * length)];
    return (2 * n + Number(row >= length)) * length + (row < length ? row : (2 * length - row) % length);
  });
}
