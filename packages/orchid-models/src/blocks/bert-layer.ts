// One layer of BERT, as transformers has it: dense attention and a dense MLP, a norm after each shortcut.
import { Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { type Activation, activated } from '../layers/activation.ts';
import { attend } from '../layers/attend.ts';
import { Dropout } from '../layers/dropout.ts';
import { checkHeads } from '../layers/heads.ts';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Linear } from '../layers/linear.ts';
import { atPositions, type Positions } from '../layers/positions.ts';
import { recomputed } from '../layers/recomputed.ts';
import { checkInput } from '../mixers/sequence-mixer.ts';
import type { BlockForwardOptions } from './orchid-block.ts';

export interface BertLayerOptions {
  /** D */
  width: number;
  /** a divisor of D */
  heads: number;
  innerWidth: number;
  activation: Activation;
  eps: number;
  /** standard deviation of the first weights */
  deviation: number;
  dropout: number;
  attentionDropout: number;
  /** which of a model's layers this is, for its dropout's masks */
  index: number;
}

/**
 * LN(x + attention(x)), then LN(x + mlp(x)). Parameters: `attention.self.query.*`, `.key.*`, `.value.*` [D, D],
 * `attention.output.dense.*` [D, D], `attention.output.LayerNorm.*`, `intermediate.dense.*` [inner, D], `output.dense.*`
 * [D, inner], `output.LayerNorm.*`.
 */
export class BertLayer extends Module {
  readonly #width: number;
  readonly #heads: number;
  readonly #activation: Activation;
  readonly #attention: readonly [query: Linear, key: Linear, value: Linear, output: Linear, norm: LayerNorm];
  readonly #mlp: readonly [intermediate: Linear, output: Linear, norm: LayerNorm];
  readonly #drops: readonly [probabilities: Dropout, attended: Dropout, output: Dropout];

  /** @throws Error for heads that do not divide the width */
  constructor(options: BertLayerOptions, rng: Rng) {
    super();
    const { width, innerWidth, eps, deviation, dropout, attentionDropout, index } = options;
    this.#width = width;
    this.#heads = checkHeads('BertLayer', options.heads, width);
    this.#activation = options.activation;
    const dense = (name: string, inFeatures: number, outFeatures: number) =>
      this.addModule(name, new Linear({ inFeatures, outFeatures, deviation }, rng));
    const norm = (name: string) => this.addModule(name, new LayerNorm({ width, eps }));
    this.#attention = [
      dense('attention.self.query', width, width),
      dense('attention.self.key', width, width),
      dense('attention.self.value', width, width),
      dense('attention.output.dense', width, width),
      norm('attention.output.LayerNorm'),
    ];
    this.#mlp = [
      dense('intermediate.dense', width, innerWidth),
      dense('output.dense', innerWidth, width),
      norm('output.LayerNorm'),
    ];
    const rates = [attentionDropout, dropout, dropout] as const;
    this.#drops = rates.map((rate, k) => new Dropout(rate, 4 * index + k)) as [Dropout, Dropout, Dropout];
  }

  /**
   * @param x [B, L, D] float32
   * @param options.mask [B, L]: nobody attends to padding
   * @returns [B, L, D], or [B, 1, D] with positions 'last'
   */
  forward(x: tf.Tensor3D, options: BlockForwardOptions = {}): tf.Tensor3D {
    const { positions = 'all', recompute = false, mask, dropoutSeed: seed } = options;
    checkInput('BertLayer', x, this.#width, mask);
    const inputs = mask ? [x, mask] : [x];
    return tf.tidy(() => {
      const attend = (...[x, mask]: tf.Tensor[]) =>
        tf.tidy(() => this.#attend(x as tf.Tensor3D, mask as tf.Tensor2D | undefined, positions, seed));
      const attended = recomputed(recompute, attend, inputs, this.#attention);
      return recomputed(recompute, (x) => tf.tidy(() => this.#transform(x!, seed)), [attended], this.#mlp);
    }) as tf.Tensor3D;
  }

  #attend(x: tf.Tensor3D, mask: tf.Tensor2D | undefined, positions: Positions, seed: number | undefined): tf.Tensor {
    const [query, key, value, output, norm] = this.#attention;
    const asking = atPositions(x, positions);
    const y = attend(query.forward(asking), key.forward(x), value.forward(x), {
      heads: this.#heads,
      mask,
      drop: (weights) => this.#drops[0].forward(weights, seed),
    });
    const attended = this.#drops[1].forward(output.forward(y), seed);
    return norm.forward(tf.add(asking, attended));
  }

  #transform(x: tf.Tensor, seed: number | undefined): tf.Tensor {
    const [intermediate, output, norm] = this.#mlp;
    const y = output.forward(activated(intermediate, x, this.#activation));
    return norm.forward(tf.add(x, this.#drops[2].forward(y, seed)));
  }
}
