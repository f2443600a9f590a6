// The static kernel h0 as a small network of the position, as in Hyena (Poli et al. 2023): a kernel of any length from
// a fixed number of parameters, decaying away from position 0 at a rate of its own in every channel.
import { linear } from '@orchid-ml/backends/ops';
import * as tf from '@tensorflow/tfjs-core';
import { kaimingUniform } from '../nn/init.ts';
import { Module } from '../nn/module.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { Rng } from '../nn/random.ts';
import { Decay } from './decay.ts';
import { sine } from './sine.ts';

export interface ImplicitFilterOptions {
  /** channels D of the kernel */
  readonly width: number;
  /** longest sequence; shorter ones use the first rows */
  readonly lMax: number;
  /** hidden width of the network; default 64 */
  readonly order?: number;
  /** positional features: odd, at least 3; default 5 */
  readonly embDim?: number;
  /** hidden layers after the first; default 2 */
  readonly numInnerMlps?: number;
  /** first value of the sine frequencies; default 10 */
  readonly w?: number;
}

/** Filters learn at a rate of their own and are not decayed; the positional features hardly move. */
const weightOptions = { learningRate: 1e-3, weightDecay: 0 };
const positionOptions = { learningRate: 1e-5, weightDecay: 0 };

/**
 * h0 = MLP(features(t)) ⊙ exp(-τ_t·|δ|) with sine activations sin(freq ⊙ x), `freq` shared by all layers.
 * Parameters: `pos_emb.z` [lMax, embDim], `freq` [order], `layers.i.weight` [out, in], `layers.i.bias` [out] (the last
 * layer has none). The decays δ are constants.
 */
export class ImplicitFilter extends Module {
  readonly width: number;
  readonly lMax: number;
  readonly #features: Parameter;
  readonly #freq: Parameter;
  readonly #layers: { weight: Parameter; bias: Parameter | null }[] = [];
  readonly #decay: Decay;

  /** @throws Error when an option is out of range */
  constructor(options: ImplicitFilterOptions, rng: Rng) {
    super();
    const { width, lMax, order = 64, embDim = 5, numInnerMlps = 2, w = 10 } = options;
    for (const [name, value, least] of [
      ['width', width, 1],
      ['lMax', lMax, 1],
      ['order', order, 1],
      ['embDim', embDim, 3],
      ['numInnerMlps', numInnerMlps, 0],
    ] as const) {
      if (!Number.isInteger(value) || value < least) {
        throw new Error(`ImplicitFilter: ${name} is ${value}; want an integer of at least ${least}`);
      }
    }
    if (embDim % 2 === 0) throw new Error(`ImplicitFilter: embDim is ${embDim}; want an odd number of at least 3`);
    if (!Number.isFinite(w)) throw new Error(`ImplicitFilter: w is ${w}; want a finite number`);
    this.width = width;
    this.lMax = lMax;
    this.#features = this.addParameter('pos_emb.z', positionalFeatures(lMax, embDim), positionOptions);
    this.#freq = this.addParameter('freq', tf.fill([order], w, 'float32'), weightOptions);
    const sizes = [embDim, ...Array<number>(numInnerMlps + 1).fill(order), width];
    for (let i = 0; i + 1 < sizes.length; i++) {
      const [from, to] = [sizes[i]!, sizes[i + 1]!];
      const weight = this.addParameter(`layers.${i}.weight`, kaimingUniform(rng, [to, from], from), weightOptions);
      const isLast = i + 2 === sizes.length;
      const bias = isLast
        ? null
        : this.addParameter(`layers.${i}.bias`, kaimingUniform(rng, [to], from), weightOptions);
      this.#layers.push({ weight, bias });
    }
    this.#decay = this.addModule('decay', new Decay(width, lMax));
  }

  /**
   * The kernel's first `length` rows, [length, width], float32.
   *
   * @throws Error when `length` is no integer from 1 to lMax
   */
  forward(length: number): tf.Tensor2D {
    if (!Number.isInteger(length) || length < 1 || length > this.lMax) {
      throw new Error(`ImplicitFilter: length is ${length}; want an integer from 1 to lMax = ${this.lMax}`);
    }
    return tf.tidy(() => {
      const features = this.#features.value as tf.Tensor2D;
      let h: tf.Tensor = length === this.lMax ? features : tf.slice(features, [0, 0], [length, features.shape[1]]);
      this.#layers.forEach(({ weight, bias }) => {
        h = linear(h, weight.value as tf.Tensor2D, bias ? (bias.value as tf.Tensor1D) : null);
        if (bias) h = sine(h, this.#freq.value as tf.Tensor1D);
      });
      return this.#decay.apply(h as tf.Tensor2D);
    });
  }
}

/** [t/(lMax - 1), cos(f_j·w_t), -sin(f_j·w_t)] with w_t = 2πt/lMax, [lMax, embDim]. */
function positionalFeatures(lMax: number, embDim: number): tf.Tensor2D {
  const bands = (embDim - 1) / 2;
  const values = new Float32Array(lMax * embDim);
  for (let t = 0; t < lMax; t++) {
    values[t * embDim] = t / Math.max(1, lMax - 1);
    for (let j = 0; j < bands; j++) {
      // linspace(1e-4, bands - 1, bands); one band alone takes the first of them.
      const frequency = bands === 1 ? 1e-4 : 1e-4 + ((bands - 1 - 1e-4) * j) / (bands - 1);
      const angle = (frequency * 2 * Math.PI * t) / lMax;
      values[t * embDim + 1 + j] = Math.cos(angle);
      values[t * embDim + 1 + bands + j] = -Math.sin(angle);
    }
  }
  return tf.tensor2d(values, [lMax, embDim]);
}
