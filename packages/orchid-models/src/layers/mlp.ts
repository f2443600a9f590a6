// The position-wise half of a block.
import { Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from './linear.ts';

export interface MlpOptions {
  width: number;
  innerWidth: number;
}

/** Linear, gelu (exact), Linear. Parameters: `in_linear.*` [inner, D], `out_linear.*` [D, inner]. */
export class Mlp extends Module {
  readonly #in: Linear;
  readonly #out: Linear;

  constructor({ width, innerWidth }: MlpOptions, rng: Rng) {
    super();
    this.#in = this.addModule('in_linear', new Linear({ inFeatures: width, outFeatures: innerWidth }, rng));
    this.#out = this.addModule('out_linear', new Linear({ inFeatures: innerWidth, outFeatures: width }, rng));
  }

  /** x [..., D] -> [..., D] */
  forward(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => this.#out.forward(this.#in.forward(x, 'gelu')));
  }
}
