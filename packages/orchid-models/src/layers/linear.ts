// A dense layer over the last axis.
import { type LinearActivation, linear } from '@orchid-ml/backends/ops';
import { kaimingUniform, Module, normal, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { checkCount } from './checks.ts';

export interface LinearOptions {
  inFeatures: number;
  outFeatures: number;
  /** default true */
  bias?: boolean;
  /** standard deviation of normal first weights, biases 0, as in BERT; PyTorch's uniform ones if left out */
  deviation?: number;
}

/** x·Wᵀ + b. Parameters: `weight` [out, in], `bias` [out], both uniform in ±1/sqrt(in) at first, as in PyTorch, or normal. */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly #weight;
  readonly #bias;

  constructor({ inFeatures, outFeatures, bias = true, deviation }: LinearOptions, rng: Rng) {
    super();
    this.inFeatures = checkCount('Linear: inFeatures', inFeatures);
    this.outFeatures = checkCount('Linear: outFeatures', outFeatures);
    const shape = [outFeatures, inFeatures];
    const isUniform = deviation === undefined;
    const weight = isUniform ? kaimingUniform(rng, shape, inFeatures) : normal(rng, shape, 0, deviation);
    this.#weight = this.addParameter('weight', weight);
    const first = () => (isUniform ? kaimingUniform(rng, [outFeatures], inFeatures) : tf.zeros([outFeatures]));
    this.#bias = bias ? this.addParameter('bias', first()) : null;
  }

  /** x [..., in] float32 -> [..., out], with the activation after it. @throws Error when the last axis is not `in` */
  forward(x: tf.Tensor, activation: LinearActivation | null = null): tf.Tensor {
    if (x.shape.at(-1) !== this.inFeatures) {
      throw new Error(`Linear: x has the shape [${x.shape}], want [..., ${this.inFeatures}]`);
    }
    const bias = (this.#bias?.value ?? null) as tf.Tensor1D | null;
    return linear(x, this.#weight.value as tf.Tensor2D, bias, activation);
  }

  /**
   * As many equal parts of the outputs as there are inputs, each of an input of its own (often the same one): xs[k]
   * [..., in] -> [..., out/parts], outputs k·out/parts to (k+1)·out/parts - 1. Cutting the weights costs next to nothing,
   * cutting the whole output afterwards would copy every position.
   */
  forwardParts(xs: readonly tf.Tensor[]): tf.Tensor[] {
    return tf.tidy(() => {
      const weights: tf.Tensor2D[] = tf.split(this.#weight.value as tf.Tensor2D, xs.length);
      const biases: tf.Tensor1D[] | null = this.#bias && tf.split(this.#bias.value as tf.Tensor1D, xs.length);
      return xs.map((x, k) => linear(x, weights[k]!, biases?.[k] ?? null));
    });
  }
}
