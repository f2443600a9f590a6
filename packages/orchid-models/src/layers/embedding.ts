// A table of vectors, one for each token.
import { embedding } from '@orchid-ml/backends/ops';
import { Module, normal, type Rng } from '@orchid-ml/dd-conv';
import type * as tf from '@tensorflow/tfjs-core';
import { checkCount } from './checks.ts';

export interface EmbeddingOptions {
  /** number of rows V */
  count: number;
  /** length D of a vector */
  width: number;
  /** standard deviation of the first values, default 1 as in PyTorch */
  deviation?: number;
}

/** Rows of a table by index. Parameter: `weight` [V, D], normal at first. */
export class Embedding extends Module {
  readonly count: number;
  readonly width: number;
  readonly #weight;

  constructor({ count, width, deviation = 1 }: EmbeddingOptions, rng: Rng) {
    super();
    this.count = checkCount('Embedding: count', count);
    this.width = checkCount('Embedding: width', width);
    this.#weight = this.addParameter('weight', normal(rng, [count, width], 0, deviation));
  }

  /** The table [V, D] itself, for an output layer that shares it. It belongs to this layer. */
  get weight(): tf.Tensor2D {
    return this.#weight.value as tf.Tensor2D;
  }

  /**
   * ids [...] int32 in 0..V-1 -> [..., D]. The values of ids are not looked at (that would wait for the device);
   * `checkIds` does it for ids still on the host. @throws Error when ids is not int32
   */
  forward(ids: tf.Tensor): tf.Tensor {
    if (ids.dtype !== 'int32') throw new Error(`Embedding: ids have the dtype ${ids.dtype}, want int32`);
    return embedding(ids, this.weight);
  }
}
