// ViT (Dosovitskiy et al. 2021), with the parameters and the outputs of transformers' ViTForImageClassification.
import { Module, normal, type Parameter, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { VitLayer } from '../blocks/vit-layer.ts';
import { imageSize } from '../config/image-keys.ts';
import type { ConfigOf } from '../config/index.ts';
import { Dropout } from '../layers/dropout.ts';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Linear } from '../layers/linear.ts';
import { PatchEmbedding } from '../layers/patch-embedding.ts';
import type { Classifier, ClassifyOptions } from './classifier.ts';

/**
 * Parameters: `vit.embeddings.cls_token` [1, 1, D], `vit.embeddings.position_embeddings` [1, patches + 1, D],
 * `vit.embeddings.patch_embeddings.projection.*`, `vit.encoder.layer.<i>.*`, `vit.layernorm.*`, `classifier.*` [labels, D].
 */
export class Vit extends Module implements Classifier<tf.Tensor4D> {
  readonly config: ConfigOf<'vit'>;
  readonly headPrefixes = ['classifier.'] as const;
  readonly #token: Parameter;
  readonly #positions: Parameter;
  readonly #patches: PatchEmbedding;
  readonly #dropout: Dropout;
  readonly #layers: VitLayer[];
  readonly #norm: LayerNorm;
  readonly #classifier: Linear;

  constructor(config: ConfigOf<'vit'>, rng: Rng) {
    super();
    this.config = config;
    const { hidden_size: width, layer_norm_eps: eps, initializer_range: deviation } = config;
    const { patch_size: patchSize, num_channels: channels, num_hidden_layers: count } = config;
    const patches = new PatchEmbedding({ imageSize: imageSize(config), patchSize, channels, width, deviation }, rng);
    const vector = (name: string, rows: number) =>
      this.addParameter(`vit.embeddings.${name}`, normal(rng, [1, rows, width], 0, deviation));
    this.#token = vector('cls_token', 1);
    this.#positions = vector('position_embeddings', patches.count + 1);
    this.#patches = this.addModule('vit.embeddings.patch_embeddings', patches);
    const options = {
      width,
      heads: config.num_attention_heads,
      innerWidth: config.intermediate_size,
      activation: config.hidden_act,
      eps,
      qkvBias: config.qkv_bias,
      deviation,
      dropout: config.hidden_dropout_prob,
      attentionDropout: config.attention_probs_dropout_prob,
    };
    this.#layers = Array.from({ length: count }, (_, index) =>
      this.addModule(`vit.encoder.layer.${index}`, new VitLayer({ ...options, index }, rng)),
    );
    // Layers take three places each.
    this.#dropout = new Dropout(config.hidden_dropout_prob, 3 * count);
    this.#norm = this.addModule('vit.layernorm', new LayerNorm({ width, eps }));
    const head = { inFeatures: width, outFeatures: config.num_labels, deviation };
    this.#classifier = this.addModule('classifier', new Linear(head, rng));
  }

  get kind(): 'vit' {
    return this.config.model_type;
  }

  /**
   * The body alone, after the last norm.
   *
   * @param pixels [B, H, W, C] float32, normalised as in training
   * @returns [B, patches + 1, D], the class token's state first
   * @throws Error for another shape or dtype
   */
  hidden(pixels: tf.Tensor4D, { recompute = false, dropoutSeed }: ClassifyOptions = {}): tf.Tensor3D {
    return tf.tidy(() => {
      const patches = this.#patches.forward(pixels);
      const [batch, , width] = patches.shape;
      const tokens = tf.tile(this.#token.value as tf.Tensor3D, [batch, 1, 1]);
      const embedded = tf.add(tf.concat([tokens, patches], 1), this.#positions.value) as tf.Tensor3D;
      let x = this.#dropout.forward(embedded, dropoutSeed);
      for (const layer of this.#layers) x = layer.forward(x, { recompute, dropoutSeed });
      return tf.reshape(this.#norm.forward(x), [batch, patches.shape[1] + 1, width]);
    });
  }

  /** Scores before softmax, [B, num_labels]. @throws Error as {@link hidden} does */
  classify(pixels: tf.Tensor4D, options: ClassifyOptions = {}): tf.Tensor2D {
    return tf.tidy(() => {
      const hidden = this.hidden(pixels, options);
      const [batch, , width] = hidden.shape;
      const first = tf.reshape(tf.slice(hidden, [0, 0, 0], [batch, 1, width]), [batch, width]);
      return this.#classifier.forward(first) as tf.Tensor2D;
    });
  }
}
