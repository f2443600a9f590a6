// The short causal convolution that each channel of a block's projections passes through.
import { groupedConv1d } from '@orchid-ml/backends/ops';
import { kaimingUniform, Module, type Rng } from '@orchid-ml/dd-conv';
import type * as tf from '@tensorflow/tfjs-core';
import { checkCount } from './checks.ts';

export interface ShortConvOptions {
  width: number;
  /** taps m, default 3 */
  taps?: number;
}

/**
 * y[t] = b + sum_j w[j]·x[t-(m-1)+j], one filter per channel, m-1 zeros on the left.
 * Parameters: `weight` [C, 1, m], `bias` [C], uniform in ±1/sqrt(m) at first, as in PyTorch's Conv1d.
 */
export class ShortConv extends Module {
  readonly width: number;
  readonly #weight;
  readonly #bias;

  constructor({ width, taps = 3 }: ShortConvOptions, rng: Rng) {
    super();
    this.width = checkCount('ShortConv: width', width);
    checkCount('ShortConv: taps', taps);
    this.#weight = this.addParameter('weight', kaimingUniform(rng, [width, 1, taps], taps));
    this.#bias = this.addParameter('bias', kaimingUniform(rng, [width], taps));
  }

  /** x [B, L, C] float32 -> [B, L, C]. @throws Error for another rank or width */
  forward(x: tf.Tensor3D): tf.Tensor3D {
    if (x.rank !== 3 || x.shape[2] !== this.width) {
      throw new Error(`ShortConv: x has the shape [${x.shape}], want [batch, length, ${this.width}]`);
    }
    return groupedConv1d(x, this.#weight.value as tf.Tensor3D, this.#bias.value as tf.Tensor1D, {
      groups: this.width,
      padding: 'causal',
    });
  }
}
