// Orchid for images: patches in row order are a sequence.
import type { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { imageSize } from '../config/image-keys.ts';
import type { ConfigOf } from '../config/index.ts';
import { PatchEmbedding } from '../layers/patch-embedding.ts';
import type { Classifier, ClassifyOptions } from './classifier.ts';
import { SignalClassifier } from './signal-classifier.ts';

/**
 * Image classifier: patches, learned positions, blocks with any of the mixers, pooling (Karami & Ghodsi 2024, section 4.2). The
 * patches, or with `patch_size: 1` the pixels, follow each other row by row; the mixers see one dimension.
 * Parameters: `patch_embedding.projection.*` and those of `SignalClassifier`.
 */
export class OrchidVit extends SignalClassifier<ConfigOf<'orchid-vit'>> implements Classifier<tf.Tensor4D> {
  readonly #patches: PatchEmbedding;

  constructor(config: ConfigOf<'orchid-vit'>, rng: Rng) {
    const { patch_size: patchSize, num_channels: channels, hidden_size: width } = config;
    const patches = new PatchEmbedding({ imageSize: imageSize(config), patchSize, channels, width }, rng);
    super(config, patches.count, rng);
    this.#patches = this.addModule('patch_embedding', patches);
  }

  /**
   * Scores before softmax.
   *
   * @param pixels [B, H, W, C] float32, normalised as in training
   * @returns [B, num_labels]
   * @throws Error for another shape or dtype
   */
  classify(pixels: tf.Tensor4D, options: ClassifyOptions = {}): tf.Tensor2D {
    return tf.tidy(() => this.classifySequence(this.#patches.forward(pixels), options));
  }

  /**
   * The body alone, after the last norm.
   *
   * @param pixels as {@link classify} takes them
   * @returns [B, patches, D]; with pooling 'cls' [B, patches + 1, D], the class token's state first
   * @throws Error as {@link classify} does
   */
  hidden(pixels: tf.Tensor4D, options: ClassifyOptions = {}): tf.Tensor3D {
    return tf.tidy(() => this.hiddenSequence(this.#patches.forward(pixels), options));
  }
}
