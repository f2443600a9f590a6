// The learned part of a conditioning network: short convolutions along one axis, each normalised over the channels.
import { gelu, groupedConv1d, layerNorm } from '@orchid-ml/backends/ops';
import * as tf from '@tensorflow/tfjs-core';
import { kaimingUniform } from '../nn/init.ts';
import { Module } from '../nn/module.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { Rng } from '../nn/random.ts';
import type { ConditioningSide } from '../ops/phase-suppression.ts';
import type { ConditioningSettings } from './options.ts';

interface Layer {
  weight: Parameter;
  bias: Parameter;
  norm: { weight: Parameter; bias: Parameter } | null;
}

/**
 * `layers` times conv → gelu → layer norm along axis 1; the last layer has no gelu. The first conv is depthwise with
 * `multiplier` outputs a channel; the later ones mix the outputs of a channel among themselves.
 * Parameters: `convs.i.weight` [width·multiplier, 1 or multiplier, filterSize], `convs.i.bias`, `norms.i.weight`, `norms.i.bias`.
 */
export class ConvStack extends Module {
  readonly #groups: number;
  readonly #mode: ConditioningSettings['paddingMode'];
  readonly #layers: Layer[] = [];

  constructor(settings: ConditioningSettings, multiplier: 1 | 2, rng: Rng) {
    super();
    this.#groups = settings.width;
    this.#mode = settings.paddingMode;
    const channels = settings.width * multiplier;
    for (let i = 0; i < settings.layers; i++) {
      const inputs = i === 0 ? 1 : multiplier;
      const fanIn = inputs * settings.filterSize;
      const shape = [channels, inputs, settings.filterSize];
      this.#layers.push({
        weight: this.addParameter(`convs.${i}.weight`, kaimingUniform(rng, shape, fanIn)),
        bias: this.addParameter(`convs.${i}.bias`, kaimingUniform(rng, [channels], fanIn)),
        norm:
          settings.normLayer === 'none'
            ? null
            : {
                weight: this.addParameter(`norms.${i}.weight`, tf.ones([channels])),
                bias: this.addParameter(`norms.${i}.bias`, tf.zeros([channels])),
              },
      });
    }
  }

  /** The parameters of a stack of one layer, as `phaseSuppression` takes them. */
  onlyLayer(): ConditioningSide {
    const [{ weight, bias, norm }] = this.#layers as [Layer];
    return {
      weight: weight.value as tf.Tensor3D,
      bias: bias.value as tf.Tensor1D,
      ...(norm && { norm: { weight: norm.weight.value as tf.Tensor1D, bias: norm.bias.value as tf.Tensor1D } }),
    };
  }

  /** @param x [B, L, width] @returns [B, L, width·multiplier] */
  forward(x: tf.Tensor3D): tf.Tensor3D {
    return tf.tidy(() => {
      this.#layers.forEach(({ weight, bias, norm }, i) => {
        x = groupedConv1d(x, weight.value as tf.Tensor3D, bias.value as tf.Tensor1D, {
          groups: this.#groups,
          padding: 'same',
          mode: this.#mode,
        });
        if (i + 1 < this.#layers.length) x = gelu(x) as tf.Tensor3D;
        if (norm) x = layerNorm(x, norm.weight.value as tf.Tensor1D, norm.bias.value as tf.Tensor1D) as tf.Tensor3D;
      });
      return x;
    });
  }
}
