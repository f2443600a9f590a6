// What comes after a BERT's body, each head with the parameter names of its twin in transformers.
import { linear } from '@orchid-ml/backends/ops';
import { Module, type Parameter, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { type Activation, activated } from '../../layers/activation.ts';
import { LayerNorm } from '../../layers/layer-norm.ts';
import { Linear } from '../../layers/linear.ts';

export interface MaskedLmHeadOptions {
  width: number;
  /** rows of the table that serves as decoder, or that it would have */
  tokens: number;
  eps: number;
  deviation: number;
  activation: Activation;
  /** false: a decoder of its own */
  tied: boolean;
}

/**
 * Scores of tokens: LN(activation(x·W + b)) against every row of the embedding table. Parameters: `transform.dense.*`,
 * `transform.LayerNorm.*`, `bias` [V], and `decoder.weight` [V, D] unless tied.
 */
export class MaskedLmHead extends Module {
  readonly #dense: Linear;
  readonly #norm: LayerNorm;
  readonly #bias: Parameter;
  readonly #decoder: Linear | null;
  readonly #activation: Activation;

  constructor({ width, tokens, eps, deviation, activation, tied }: MaskedLmHeadOptions, rng: Rng) {
    super();
    this.#activation = activation;
    const dense = new Linear({ inFeatures: width, outFeatures: width, deviation }, rng);
    this.#dense = this.addModule('transform.dense', dense);
    this.#norm = this.addModule('transform.LayerNorm', new LayerNorm({ width, eps }));
    this.#bias = this.addParameter('bias', tf.zeros([tokens]));
    const decoder = () => new Linear({ inFeatures: width, outFeatures: tokens, bias: false, deviation }, rng);
    this.#decoder = tied ? null : this.addModule('decoder', decoder());
  }

  /** x [..., D], the embedding table [V, D] -> [..., V] */
  forward(x: tf.Tensor, table: tf.Tensor2D): tf.Tensor {
    return tf.tidy(() => {
      const normed = this.#norm.forward(activated(this.#dense, x, this.#activation));
      if (this.#decoder) return tf.add(this.#decoder.forward(normed), this.#bias.value);
      return linear(normed, table, this.#bias.value as tf.Tensor1D);
    });
  }
}

/** tanh(x·W + b) of the first position's hidden state. Parameters: `dense.*`. */
export class Pooler extends Module {
  readonly #dense: Linear;

  constructor({ width, deviation }: { width: number; deviation: number }, rng: Rng) {
    super();
    this.#dense = this.addModule('dense', new Linear({ inFeatures: width, outFeatures: width, deviation }, rng));
  }

  /** [B, L, D] -> [B, D] */
  forward(hidden: tf.Tensor3D): tf.Tensor2D {
    const [batch, , width] = hidden.shape;
    return tf.tidy(() => {
      const first = tf.reshape(tf.slice(hidden, [0, 0, 0], [batch, 1, width]), [batch, width]);
      return tf.tanh(this.#dense.forward(first)) as tf.Tensor2D;
    });
  }
}
