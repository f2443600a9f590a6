// The filter's window exp(-τ_t·|δ_c|): a constant of the filter, so neither exponentials nor tensors for the way back are
// spent on it at every step, as long as it is small.
import { differentiable } from '@orchid-ml/backends/ops';
import * as tf from '@tensorflow/tfjs-core';
import { Module } from '../nn/module.ts';

/** Up to this size the window is made once and kept; beyond it would take more memory than a training step can spare. */
export const KEPT_BYTES = 16 * 2 ** 20;

/** Rows to whose windows the others are multiples: exp(-(s + t)·|δ|) is a product, and exponentials are dear. */
const BLOCK = 512;

export class Decay extends Module {
  readonly #lMax: number;
  /** the windows of rows 0, BLOCK, 2·BLOCK, .., [blocks, 1, width] */
  readonly #starts: tf.Tensor3D;
  /** the windows of rows 0..BLOCK-1, [1, BLOCK, width] */
  readonly #block: tf.Tensor3D;
  readonly #whole: tf.Tensor2D | null;

  constructor(width: number, lMax: number) {
    super();
    this.#lMax = lMax;
    const rows = Math.min(BLOCK, lMax);
    const blocks = Math.ceil(lMax / rows);
    this.#starts = this.addBuffer('starts', tf.tensor3d(windows(width, lMax, blocks, rows), [blocks, 1, width]));
    this.#block = this.addBuffer('block', tf.tensor3d(windows(width, lMax, rows, 1), [1, rows, width]));
    this.#whole = 4 * lMax * width <= KEPT_BYTES ? this.addBuffer('whole', this.#compute(lMax)) : null;
  }

  /** h ⊙ window, [length, width]; it keeps nothing for its gradient. */
  apply(h: tf.Tensor2D): tf.Tensor2D {
    const window = () => this.#rows(h.shape[0]);
    return differentiable<tf.Tensor2D>([h], () => ({
      value: tf.mul(h, window()) as tf.Tensor2D,
      gradient: (dy) => [tf.mul(dy, window())],
    }));
  }

  #rows(length: number): tf.Tensor2D {
    if (this.#whole === null) return this.#compute(length);
    return length === this.#lMax ? this.#whole : tf.slice(this.#whole, [0, 0], [length, -1]);
  }

  #compute(length: number): tf.Tensor2D {
    return tf.tidy(() => {
      const [rows, width] = this.#block.shape.slice(1) as [number, number];
      const blocks = Math.ceil(length / rows);
      const starts = tf.slice(this.#starts, [0, 0, 0], [blocks, 1, width]);
      const all = tf.reshape(tf.mul(starts, this.#block), [blocks * rows, width]) as tf.Tensor2D;
      return blocks * rows === length ? all : tf.slice(all, [0, 0], [length, width]);
    });
  }
}

/** exp(-τ_t·|δ_c|) with τ_t = t/(lMax - 1) for t = 0, step, 2·step, .., in float64. */
function windows(width: number, lMax: number, count: number, step: number): Float32Array {
  const rates = decayRates(width);
  const last = Math.max(1, lMax - 1);
  return Float32Array.from({ length: count * width }, (_, i) =>
    Math.exp((-Math.floor(i / width) * step * Math.abs(rates[i % width]!)) / last),
  );
}

/** δ = linspace(ln(0.01)/1.5, ln(0.01)/0.3, width): the slowest channel falls to 1 % after 1.5 lMax, the fastest after 0.3. */
export function decayRates(width: number): Float64Array {
  const [first, last] = [Math.log(0.01) / 1.5, Math.log(0.01) / 0.3];
  return Float64Array.from({ length: width }, (_, c) => first + ((last - first) * c) / Math.max(1, width - 1));
}
