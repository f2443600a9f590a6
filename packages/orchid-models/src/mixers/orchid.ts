// The Orchid block's sequence mixer, "order 1.5": gate, data-dependent convolution, gate.
import {
  type ConditioningNetwork,
  type ConditioningOptions,
  createConditioning,
  ddConv,
  ImplicitFilter,
  Module,
  normal,
  type Parameter,
  type Rng,
} from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { checkCount } from '../layers/checks.ts';
import { Linear } from '../layers/linear.ts';
import { atPositions } from '../layers/positions.ts';
import { recomputed } from '../layers/recomputed.ts';
import { ShortConv } from '../layers/short-conv.ts';
import { show } from './look-inside.ts';
import { checkInput, checkLength, type MixingOptions, masked, type SequenceMixer } from './sequence-mixer.ts';

export interface OrchidMixerOptions {
  /** D */
  width: number;
  /** longest sequence, which the static kernels are made for */
  lMax: number;
  /** the network that makes the data-dependent kernel, default 'I' */
  conditioning?: 'I' | 'I-time' | 'I-freq' | 'II';
  /** default 'dft' */
  transform?: 'dft' | 'dct';
  /** where dft puts its 1/L, default 'forward' */
  norm?: 'forward' | 'ortho' | 'backward';
  /** 'time': the adaptive kernel is cut to L samples (dft only), default 'frequency' */
  kernelDomain?: 'frequency' | 'time';
  /** taps of the short causal convolution, default 3 */
  shortFilterOrder?: number;
  /** adds a static long convolution of the mixer's input, default true */
  residualLongConv?: boolean;
  /** the MLP that makes a static kernel; see ImplicitFilter */
  filter?: { order?: number; embDim?: number; numInnerMlps?: number; w?: number };
  /** the rest of the conditioning network's options; see createConditioning */
  network?: {
    filterSize?: number;
    layers?: number;
    normLayer?: 'layernorm' | 'none';
    paddingMode?: 'zeros' | 'reflect' | 'circular';
    magnitude?: 'squared' | 'abs';
    activation?: 'identity' | 'tanh' | 'sigmoid' | 'softsign' | 'softshrink';
    activationOn?: 'parts' | 'magnitude';
  };
}

type Thirds = [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];

/**
 * Mixes a sequence along its length in O(D·L log L) (Karami & Ghodsi 2024, section 3.3, and the authors' block):
 *
 *     p = x·W_in + b_in                 thirds g0, g1, v, each D wide
 *     H = conditioning(third third of p)
 *     g0, g1, v = thirds of the short causal convolution of p
 *     y = g0 ⊙ ddConv(g1 ⊙ v; h0, H, d)
 *     y = y + longConv(x; h1, d1)       if residualLongConv
 *     out = y·W_out + b_out
 *
 * Parameters: `in_linear.*` [3D, D], `out_linear.*` [D, D], `short_conv.*` [3D, 1, m], `filter.*` (h0), `skip` [D] (d),
 * `conditioning.*`, and with the residual convolution `residual_filter.*` (h1) and `residual_skip` [D] (d1).
 */
export class OrchidMixer extends Module implements SequenceMixer {
  readonly width: number;
  readonly lMax: number;
  readonly options: Readonly<OrchidMixerOptions>;
  readonly #transform: { transform: 'dft' | 'dct'; norm: 'forward' | 'ortho' | 'backward' };
  readonly #kernelDomain: 'frequency' | 'time';
  readonly #in: Linear;
  readonly #out: Linear;
  readonly #short: ShortConv;
  readonly #filter: ImplicitFilter;
  readonly #skip;
  readonly #conditioning: ConditioningNetwork;
  readonly #residual: { filter: ImplicitFilter; skip: Parameter } | null;

  /** @throws Error for a width or length that is not a positive integer, and for options that do not go together */
  constructor(options: OrchidMixerOptions, rng: Rng) {
    super();
    const {
      width,
      lMax,
      conditioning = 'I',
      transform = 'dft',
      norm = 'forward',
      kernelDomain = 'frequency',
    } = options;
    this.options = options;
    this.width = checkCount('OrchidMixer: width', width);
    this.lMax = checkCount('OrchidMixer: lMax', lMax);
    this.#transform = { transform, norm };
    this.#kernelDomain = kernelDomain;
    this.#in = this.addModule('in_linear', new Linear({ inFeatures: width, outFeatures: 3 * width }, rng));
    this.#out = this.addModule('out_linear', new Linear({ inFeatures: width, outFeatures: width }, rng));
    this.#short = this.addModule(
      'short_conv',
      new ShortConv({ width: 3 * width, taps: options.shortFilterOrder ?? 3 }, rng),
    );
    const filter = { width, lMax, ...options.filter };
    this.#filter = this.addModule('filter', new ImplicitFilter(filter, rng));
    this.#skip = this.addParameter('skip', normal(rng, [width]));
    const network: ConditioningOptions = {
      type: conditioning,
      transform,
      norm,
      kernelDomain,
      width,
      ...options.network,
    };
    this.#conditioning = this.addModule('conditioning', createConditioning(network, rng));
    this.#residual = null;
    if (options.residualLongConv ?? true) {
      const residualFilter = this.addModule('residual_filter', new ImplicitFilter(filter, rng));
      const skip = this.addParameter('residual_skip', normal(rng, [width]));
      this.#residual = { filter: residualFilter, skip };
    }
  }

  /** The static kernel h0 [length, D]. */
  staticKernel(length: number): tf.Tensor2D {
    return this.#filter.forward(length);
  }

  /**
   * @param x [B, L, D] float32, L at most lMax
   * @param options.positions 'last': the last position alone goes through the output layer
   * @param options.recompute keep nothing of the static kernels' networks for the gradients, and run them again on the way back
   * @param options.mask [B, L], an option of ours: with it p is zero at padding, before the conditioning network and the short
   *   convolution see it, and so are g1 ⊙ v before the data-dependent convolution and x before the residual one. What stands
   *   at padding changes no answer at a real position. How much padding there is still does: the transforms are as long as
   *   the padded sequence, and the conditioning network's biases act at padding too.
   * @returns [B, L, D], or [B, 1, D] with 'last'
   * @throws Error for another shape or a longer sequence
   */
  forward(x: tf.Tensor3D, { positions = 'all', recompute = false, mask }: MixingOptions = {}): tf.Tensor3D {
    checkInput('OrchidMixer', x, this.width, mask);
    checkLength('OrchidMixer', x, this.lMax);
    const length = x.shape[1];
    const staticKernel = (filter: ImplicitFilter) => recomputed(recompute, () => filter.forward(length), [], [filter]);
    return tf.tidy(() => {
      // The thirds are made one by one: splitting p afterwards would copy it, and once more on the way back.
      const [p0, p1, p2] = this.#in.forwardParts([x, x, x]).map((p) => masked(p as tf.Tensor3D, mask)) as Thirds;
      const spectrum = this.#conditioning.forward(p2);
      const [g0, g1, v] = this.#short.forwardParts([p0, p1, p2]) as Thirds;
      const kernel = staticKernel(this.#filter);
      const inputGate = masked(g1, mask);
      const skip = this.#skip.value as tf.Tensor1D;
      const settings = { kernelDomain: this.#kernelDomain, ...this.#transform };
      let y = ddConv(v, { kernel, spectrum, skip, inputGate, outputGate: g0, ...settings });
      const output = y;
      show(() => ({
        staticKernel: kernel,
        spectrum,
        skip,
        inputGate,
        value: v,
        outputGate: g0,
        output,
        ...settings,
      }));
      if (this.#residual !== null) {
        const { filter, skip } = this.#residual;
        const convolution = { kernel: staticKernel(filter), skip: skip.value as tf.Tensor1D, ...this.#transform };
        y = tf.add(y, ddConv(masked(x, mask), convolution));
      }
      return this.#out.forward(atPositions(y, positions)) as tf.Tensor3D;
    });
  }
}
