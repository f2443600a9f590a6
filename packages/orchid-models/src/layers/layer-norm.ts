// Layer norm over channels, with scale and shift.
import { layerNorm } from '@orchid-ml/backends/ops';
import { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { checkCount } from './checks.ts';

export interface LayerNormOptions {
  width: number;
  /** default 1e-5 */
  eps?: number;
}

/** (x - mean) / sqrt(variance + eps) · weight + bias over the last axis. Parameters: `weight` [C] of ones, `bias` [C] of zeros. */
export class LayerNorm extends Module {
  readonly width: number;
  readonly eps: number;
  readonly #weight;
  readonly #bias;

  constructor({ width, eps = 1e-5 }: LayerNormOptions) {
    super();
    this.width = checkCount('LayerNorm: width', width);
    if (!(eps > 0 && Number.isFinite(eps))) throw new Error(`LayerNorm: eps is ${eps}; want a positive number`);
    this.eps = eps;
    this.#weight = this.addParameter('weight', tf.ones([width]));
    this.#bias = this.addParameter('bias', tf.zeros([width]));
  }

  /** x [..., C] float32 -> same shape. @throws Error when the last axis is not C */
  forward(x: tf.Tensor): tf.Tensor {
    if (x.shape.at(-1) !== this.width) {
      throw new Error(`LayerNorm: x has the shape [${x.shape}], want [..., ${this.width}]`);
    }
    return layerNorm(x, this.#weight.value as tf.Tensor1D, this.#bias.value as tf.Tensor1D, this.eps);
  }
}
