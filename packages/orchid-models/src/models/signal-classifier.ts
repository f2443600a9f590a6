// What classifiers of images and of sounds share: a sequence goes through blocks, is pooled, and scored.
import { Module, normal, type Parameter, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { OrchidBlock } from '../blocks/orchid-block.ts';
import type { ConfigOf } from '../config/index.ts';
import { bodyLength, mixerConfig } from '../config/signal-keys.ts';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Linear } from '../layers/linear.ts';
import type { ClassifyOptions } from './classifier.ts';
import { mixerOptions } from './mixer-options.ts';
import type { Model } from './model.ts';

/**
 * Parameters besides what makes the sequence: `cls_token` [1, D] with pooling 'cls', `position_embedding.weight` [positions, D] if
 * configured, `blocks.<i>.*`, `norm.*`, `head.weight` [labels, D], `head.bias` [labels].
 */
export abstract class SignalClassifier<C extends ConfigOf<'orchid-vit' | 'orchid-audio'>>
  extends Module
  implements Model<C>
{
  readonly config: C;
  readonly headPrefixes = ['head.'] as const;
  readonly #token: Parameter | null;
  readonly #positions: Parameter | null;
  readonly #blocks: OrchidBlock[];
  readonly #norm: LayerNorm;
  readonly #head: Linear;

  /** @param count positions of the longest sequence that the subclass makes */
  constructor(config: C, count: number, rng: Rng) {
    super();
    this.config = config;
    const { hidden_size: width, layer_norm_eps: eps, initializer_range: deviation } = config;
    const length = bodyLength(count, config);
    this.#token =
      config.pooling === 'cls' ? this.addParameter('cls_token', normal(rng, [1, width], 0, deviation)) : null;
    this.#positions =
      config.position_embedding_type === 'absolute'
        ? this.addParameter('position_embedding.weight', normal(rng, [length, width], 0, deviation))
        : null;
    const mixer = mixerOptions(mixerConfig(config, length));
    this.#blocks = Array.from({ length: config.num_hidden_layers }, (_, i) => {
      const { intermediate_size: innerWidth, mlp_blocks: mlpBlocks, hidden_dropout_prob: dropout } = config;
      const options = { mixer, innerWidth, mlpBlocks, eps, dropout, index: i };
      return this.addModule(`blocks.${i}`, new OrchidBlock(options, rng));
    });
    this.#norm = this.addModule('norm', new LayerNorm({ width, eps }));
    this.#head = this.addModule('head', new Linear({ inFeatures: width, outFeatures: config.num_labels }, rng));
  }

  get kind(): C['model_type'] {
    return this.config.model_type;
  }

  /** x [B, L, D] -> scores [B, labels] */
  protected classifySequence(x: tf.Tensor3D, options: ClassifyOptions): tf.Tensor2D {
    return tf.tidy(() => {
      const body = this.#body(x, options);
      const pooled = this.#norm.forward(this.#token === null ? body : first(body));
      return this.#head.forward(tf.mean(pooled, 1)) as tf.Tensor2D;
    });
  }

  /** x [B, L, D] -> the body alone, after the last norm: [B, L, D], with pooling 'cls' [B, L + 1, D], the learned token first */
  protected hiddenSequence(x: tf.Tensor3D, options: ClassifyOptions): tf.Tensor3D {
    return tf.tidy(() => this.#norm.forward(this.#body(x, options)) as tf.Tensor3D);
  }

  #body(x: tf.Tensor3D, { recompute = false, dropoutSeed }: ClassifyOptions): tf.Tensor3D {
    let body = this.#token === null ? x : withToken(x, this.#token.value);
    const [, length, width] = body.shape;
    if (this.#positions !== null) body = tf.add(body, tf.slice(this.#positions.value, [0, 0], [length, width]));
    for (const block of this.#blocks) body = block.forward(body, { recompute, dropoutSeed });
    return body;
  }
}

function withToken(x: tf.Tensor3D, token: tf.Tensor): tf.Tensor3D {
  const [batch, , width] = x.shape;
  const tokens = tf.tile(tf.reshape(token, [1, 1, width]), [batch, 1, 1]) as tf.Tensor3D;
  return tf.concat([tokens, x], 1);
}

function first(x: tf.Tensor3D): tf.Tensor3D {
  const [batch, , width] = x.shape;
  return tf.slice(x, [0, 0, 0], [batch, 1, width]);
}
