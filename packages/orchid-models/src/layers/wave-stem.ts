// From a waveform to a sequence of vectors: strided convolutions, or every sample by itself.
import { gelu } from '@orchid-ml/backends/ops';
import { Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { LayerNorm } from './layer-norm.ts';
import { Linear } from './linear.ts';
import { StridedConv1d } from './strided-conv1d.ts';

export interface WaveStemOptions {
  /** the convolutions, first to last; none make every sample a position */
  stages: readonly { channels: number; kernelSize: number; stride: number }[];
  /** D */
  width: number;
  /** eps of the norms, default 1e-5 */
  eps?: number;
}

/**
 * Convolution, layer norm over channels, gelu, as often as there are stages, then a linear layer (the feature encoder of wav2vec
 * 2.0, Baevski et al. 2020, made small). Parameters: `convs.<i>.*`, `norms.<i>.*`, `projection.weight` [D, channels],
 * `projection.bias` [D].
 */
export class WaveStem extends Module {
  readonly #stages: { conv: StridedConv1d; norm: LayerNorm }[];
  readonly #projection: Linear;

  constructor({ stages, width, eps = 1e-5 }: WaveStemOptions, rng: Rng) {
    super();
    let inChannels = 1;
    this.#stages = stages.map(({ channels, kernelSize, stride }, i) => {
      const conv = new StridedConv1d({ inChannels, outChannels: channels, kernelSize, stride }, rng);
      inChannels = channels;
      return {
        conv: this.addModule(`convs.${i}`, conv),
        norm: this.addModule(`norms.${i}`, new LayerNorm({ width: channels, eps })),
      };
    });
    this.#projection = this.addModule('projection', new Linear({ inFeatures: inChannels, outFeatures: width }, rng));
  }

  /** wave [B, L] float32 -> [B, positions, D] */
  forward(wave: tf.Tensor2D): tf.Tensor3D {
    return tf.tidy(() => {
      let x: tf.Tensor = tf.expandDims(wave, 2);
      for (const { conv, norm } of this.#stages) x = gelu(norm.forward(conv.forward(x as tf.Tensor3D)));
      return this.#projection.forward(x) as tf.Tensor3D;
    });
  }
}
