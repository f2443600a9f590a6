// The position-wise half of a block with block-diagonal matrices, plain or with a gate.
import { Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { BlockDiagonalLinear } from './block-diagonal-linear.ts';
import { joined } from './cut.ts';

export interface BlockDiagonalMlpOptions {
  width: number;
  innerWidth: number;
  /** B of both matrices; a divisor of both widths */
  blocks: number;
  /** a gated linear unit: the first matrix gives gates and values. Default false */
  gated?: boolean;
}

/**
 * out(gelu(in(x))) or, gated, out(gelu(g) ⊙ v) with the gates g the first half of in(x) and the values v the second, as in the
 * Monarch Mixer's BERT (Fu et al. 2023), whose MLP the Orchid models take over: since in(x) is block-diagonal too, gates come
 * from the first half of the channels and values from the second. gelu is exact.
 *
 * Parameters: `in_linear.weight` [B, inner/B, D/B] (gated: [B, 2·inner/B, D/B]), `out_linear.weight` [B, D/B, inner/B], and a
 * `bias` of each.
 */
export class BlockDiagonalMlp extends Module {
  readonly #in: BlockDiagonalLinear;
  readonly #out: BlockDiagonalLinear;
  readonly #gated: boolean;

  /** @throws Error when the number of blocks does not divide a width */
  constructor({ width, innerWidth, blocks, gated = false }: BlockDiagonalMlpOptions, rng: Rng) {
    super();
    const outFeatures = gated ? 2 * innerWidth : innerWidth;
    this.#in = this.addModule('in_linear', new BlockDiagonalLinear({ inFeatures: width, outFeatures, blocks }, rng));
    const out = { inFeatures: innerWidth, outFeatures: width, blocks };
    this.#out = this.addModule('out_linear', new BlockDiagonalLinear(out, rng));
    this.#gated = gated;
  }

  /** x [..., D] -> [..., D] */
  forward(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const { blocks } = this.#out;
      const xs = this.#in.split(x);
      const out = this.#out.parts(blocks);
      // A block of the second matrix takes no more than a part of the first one's output, so that nothing wide is ever joined.
      if (!this.#gated) {
        const into = this.#in.parts(blocks);
        return joined(
          out.map((part, k) => part(into[k]!(xs[k]!, 'gelu'))),
          -1,
        );
      }
      const into = this.#in.parts(2 * blocks);
      const taking = (k: number) => xs[k >> 1]!;
      return joined(
        out.map((part, k) =>
          tf.tidy(() => {
            const gate = into[k]!(taking(k), 'gelu');
            const value = into[blocks + k]!(taking(blocks + k));
            return part(tf.mul(gate, value));
          }),
        ),
        -1,
      );
    });
  }
}
