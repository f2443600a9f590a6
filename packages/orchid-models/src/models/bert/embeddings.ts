// What a BERT's body starts from: the sum of three tables' rows, normed.
import { Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import type { Dropout } from '../../layers/dropout.ts';
import { Embedding } from '../../layers/embedding.ts';
import { LayerNorm } from '../../layers/layer-norm.ts';

export interface BertEmbeddingsOptions {
  /** rows of the table of tokens */
  tokens: number;
  /** D */
  width: number;
  /** longest sequence */
  positions: number;
  /** kinds of tokens */
  types: number;
  eps: number;
  /** standard deviation of the first values */
  deviation: number;
  dropout: Dropout;
}

/**
 * LN(token + position + type). Parameters: `word_embeddings.weight`, `position_embeddings.weight`,
 * `token_type_embeddings.weight`, `LayerNorm.weight`, `LayerNorm.bias`.
 */
export class BertEmbeddings extends Module {
  readonly tokens: Embedding;
  readonly #positions: Embedding;
  readonly #types: Embedding;
  readonly #norm: LayerNorm;
  readonly #dropout: Dropout;

  constructor({ tokens, width, positions, types, eps, deviation, dropout }: BertEmbeddingsOptions, rng: Rng) {
    super();
    const table = (count: number) => new Embedding({ count, width, deviation }, rng);
    this.tokens = this.addModule('word_embeddings', table(tokens));
    this.#positions = this.addModule('position_embeddings', table(positions));
    this.#types = this.addModule('token_type_embeddings', table(types));
    this.#norm = this.addModule('LayerNorm', new LayerNorm({ width, eps }));
    this.#dropout = dropout;
  }

  /** ids and tokenTypes [B, L] int32 (all of type 0 if left out) -> [B, L, D] */
  forward(ids: tf.Tensor2D, tokenTypes: tf.Tensor2D | null, dropoutSeed: number | undefined): tf.Tensor3D {
    const [length, width] = [ids.shape[1], this.#types.width];
    return tf.tidy(() => {
      const types = tokenTypes ? this.#types.forward(tokenTypes) : tf.slice(this.#types.weight, [0, 0], [1, width]);
      const positions = tf.slice(this.#positions.weight, [0, 0], [length, width]);
      const sum = tf.add(this.tokens.forward(ids), tf.add(positions, types));
      return this.#dropout.forward(this.#norm.forward(sum) as tf.Tensor3D, dropoutSeed);
    });
  }
}
