// A dense layer whose matrix is zero but for blocks along its diagonal: a B-th of the parameters and of the work (the MLPs of
// Orchid-BERT and Orchid-ViT; Karami & Ghodsi 2024, section 4, after Fu et al., Monarch Mixer, 2023).
import { type LinearActivation, linear } from '@orchid-ml/backends/ops';
import { kaimingUniform, Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { checkCount } from './checks.ts';
import { cut, joined } from './cut.ts';

export interface BlockDiagonalLinearOptions {
  inFeatures: number;
  outFeatures: number;
  /** B; a divisor of both widths */
  blocks: number;
  /** default true */
  bias?: boolean;
}

/**
 * y = diag(W_0, ..., W_{B-1})·x + b: the k-th B-th of the outputs depends on the k-th B-th of the inputs alone. Parameters:
 * `weight` [B, out/B, in/B], `bias` [out], both uniform in ±1/sqrt(in/B) at first, as B layers of PyTorch's would be.
 */
export class BlockDiagonalLinear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly blocks: number;
  readonly #weight;
  readonly #bias;

  /** @throws Error for a width or number of blocks that is not a positive integer, or blocks that do not divide a width */
  constructor({ inFeatures, outFeatures, blocks, bias = true }: BlockDiagonalLinearOptions, rng: Rng) {
    super();
    this.inFeatures = checkCount('BlockDiagonalLinear: inFeatures', inFeatures);
    this.outFeatures = checkCount('BlockDiagonalLinear: outFeatures', outFeatures);
    this.blocks = checkCount('BlockDiagonalLinear: blocks', blocks);
    for (const [name, width] of Object.entries({ inFeatures, outFeatures })) {
      if (width % blocks !== 0) {
        throw new Error(`BlockDiagonalLinear: blocks is ${blocks}; want a divisor of ${name}, which is ${width}`);
      }
    }
    const fanIn = inFeatures / blocks;
    this.#weight = this.addParameter('weight', kaimingUniform(rng, [blocks, outFeatures / blocks, fanIn], fanIn));
    this.#bias = bias ? this.addParameter('bias', kaimingUniform(rng, [outFeatures], fanIn)) : null;
  }

  /** x [..., in] float32 -> [..., out], with the activation after it. @throws Error when the last axis is not `in` */
  forward(x: tf.Tensor, activation: LinearActivation | null = null): tf.Tensor {
    return tf.tidy(() => {
      const xs = this.split(x);
      return joined(
        this.parts(this.blocks).map((part, k) => part(xs[k]!, activation)),
        -1,
      );
    });
  }

  /** x [..., in] -> B tensors [..., in/B], which the blocks take. @throws Error when the last axis is not `in` */
  split(x: tf.Tensor): tf.Tensor[] {
    if (x.shape.at(-1) !== this.inFeatures) {
      throw new Error(`BlockDiagonalLinear: x has the shape [${x.shape}], want [..., ${this.inFeatures}]`);
    }
    return cut(x, this.blocks, -1);
  }

  /**
   * The layer in `count` functions, each for as many of the outputs, in order: the k-th takes what the block floor(k·B/count)
   * takes, [..., in/B], and gives [..., out/count]. Whoever goes on part by part needs no copy of the whole output, which
   * joining the parts would be. To be called within a tidy.
   *
   * @param count a multiple of B that divides `out`
   */
  parts(count: number): ((x: tf.Tensor, activation?: LinearActivation | null) => tf.Tensor)[] {
    const { blocks, inFeatures, outFeatures } = this;
    const shape: [number, number] = [outFeatures, inFeatures / blocks];
    const weights: tf.Tensor2D[] = cut(tf.reshape(this.#weight.value, shape), count);
    const biases: tf.Tensor1D[] | null = this.#bias && cut(this.#bias.value as tf.Tensor1D, count);
    return weights.map(
      (weight, k) =>
        (x, activation = null) =>
          linear(x, weight, biases?.[k] ?? null, activation),
    );
  }
}
