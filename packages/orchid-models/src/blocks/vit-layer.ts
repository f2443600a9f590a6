// One layer of ViT, as transformers has it: dense attention and a dense MLP, a norm before each.
import { Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { type Activation, activated } from '../layers/activation.ts';
import { attend } from '../layers/attend.ts';
import { Dropout } from '../layers/dropout.ts';
import { checkHeads } from '../layers/heads.ts';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Linear } from '../layers/linear.ts';
import { recomputed } from '../layers/recomputed.ts';

export interface VitLayerOptions {
  /** D */
  width: number;
  /** a divisor of D */
  heads: number;
  innerWidth: number;
  activation: Activation;
  eps: number;
  /** biases of queries, keys and values */
  qkvBias: boolean;
  /** standard deviation of the first weights */
  deviation: number;
  dropout: number;
  attentionDropout: number;
  /** which of a model's layers this is, for its dropout's masks */
  index: number;
}

export interface VitForwardOptions {
  recompute?: boolean;
  dropoutSeed?: number | undefined;
}

/**
 * x + attention(LN(x)), then x + mlp(LN(x)). Parameters: `attention.attention.query.*`, `.key.*`, `.value.*` [D, D],
 * `attention.output.dense.*` [D, D], `intermediate.dense.*` [inner, D], `output.dense.*` [D, inner], `layernorm_before.*`,
 * `layernorm_after.*`.
 */
export class VitLayer extends Module {
  readonly #heads: number;
  readonly #activation: Activation;
  readonly #attention: readonly [before: LayerNorm, query: Linear, key: Linear, value: Linear, output: Linear];
  readonly #mlp: readonly [after: LayerNorm, intermediate: Linear, output: Linear];
  readonly #drops: readonly [probabilities: Dropout, attended: Dropout, output: Dropout];

  /** @throws Error for heads that do not divide the width */
  constructor(options: VitLayerOptions, rng: Rng) {
    super();
    const { width, innerWidth, eps, deviation, qkvBias, dropout, attentionDropout, index } = options;
    this.#heads = checkHeads('VitLayer', options.heads, width);
    this.#activation = options.activation;
    const dense = (name: string, inFeatures: number, outFeatures: number, bias = true) =>
      this.addModule(name, new Linear({ inFeatures, outFeatures, bias, deviation }, rng));
    const norm = (name: string) => this.addModule(name, new LayerNorm({ width, eps }));
    this.#attention = [
      norm('layernorm_before'),
      dense('attention.attention.query', width, width, qkvBias),
      dense('attention.attention.key', width, width, qkvBias),
      dense('attention.attention.value', width, width, qkvBias),
      dense('attention.output.dense', width, width),
    ];
    this.#mlp = [
      norm('layernorm_after'),
      dense('intermediate.dense', width, innerWidth),
      dense('output.dense', innerWidth, width),
    ];
    const rates = [attentionDropout, dropout, dropout] as const;
    this.#drops = rates.map((rate, k) => new Dropout(rate, 3 * index + k)) as [Dropout, Dropout, Dropout];
  }

  /** x [B, L, D] float32 -> the same shape */
  forward(x: tf.Tensor3D, { recompute = false, dropoutSeed: seed }: VitForwardOptions = {}): tf.Tensor3D {
    return tf.tidy(() => {
      const attend = (x: tf.Tensor) => tf.tidy(() => tf.add(x, this.#attend(x, seed)));
      const transform = (x: tf.Tensor) => tf.tidy(() => tf.add(x, this.#transform(x, seed)));
      const attended = recomputed(recompute, (x) => attend(x!), [x], this.#attention);
      return recomputed(recompute, (x) => transform(x!), [attended], this.#mlp) as tf.Tensor3D;
    });
  }

  #attend(x: tf.Tensor, seed: number | undefined): tf.Tensor {
    const [before, query, key, value, output] = this.#attention;
    const normed = before.forward(x);
    const y = attend(query.forward(normed), key.forward(normed), value.forward(normed), {
      heads: this.#heads,
      drop: (weights) => this.#drops[0].forward(weights, seed),
    });
    return this.#drops[1].forward(output.forward(y), seed);
  }

  #transform(x: tf.Tensor, seed: number | undefined): tf.Tensor {
    const [after, intermediate, output] = this.#mlp;
    const inner = activated(intermediate, after.forward(x), this.#activation);
    return this.#drops[2].forward(output.forward(inner), seed);
  }
}
