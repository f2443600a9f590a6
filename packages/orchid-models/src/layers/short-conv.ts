// The short causal convolution that each channel of a block's projections passes through.
import { groupedConv1d } from '@orchid-ml/backends/ops';
import { kaimingUniform, Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
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
  readonly taps: number;
  readonly #weight;
  readonly #bias;

  constructor({ width, taps = 3 }: ShortConvOptions, rng: Rng) {
    super();
    this.width = checkCount('ShortConv: width', width);
    this.taps = checkCount('ShortConv: taps', taps);
    this.#weight = this.addParameter('weight', kaimingUniform(rng, [width, 1, taps], taps));
    this.#bias = this.addParameter('bias', kaimingUniform(rng, [width], taps));
  }

  /** x [B, L, C] float32 -> [B, L, C]. @throws Error for another rank or width */
  forward(x: tf.Tensor3D): tf.Tensor3D {
    if (x.rank !== 3 || x.shape[2] !== this.width) {
      throw new Error(`ShortConv: x has the shape [${x.shape}], want [batch, length, ${this.width}]`);
    }
    return causal(x, this.#weight.value as tf.Tensor3D, this.#bias.value as tf.Tensor1D);
  }

  /** The channels cut into equal parts, which the inputs are: each [B, L, C/parts] -> the same shape. */
  forwardParts(xs: readonly tf.Tensor3D[]): tf.Tensor3D[] {
    return tf.tidy(() => {
      const weights: tf.Tensor3D[] = tf.split(this.#weight.value as tf.Tensor3D, xs.length);
      const biases: tf.Tensor1D[] = tf.split(this.#bias.value as tf.Tensor1D, xs.length);
      return xs.map((x, k) => causal(x, weights[k]!, biases[k]!));
    });
  }
}

function causal(x: tf.Tensor3D, weight: tf.Tensor3D, bias: tf.Tensor1D): tf.Tensor3D {
  return groupedConv1d(x, weight, bias, { groups: weight.shape[0], padding: 'causal' });
}
