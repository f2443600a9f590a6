// Tells the class of images.
import type { OrchidVit, Vit } from '@orchid-ml/orchid-models';
import type * as tf from '@tensorflow/tfjs-core';
import { BasePipeline, valueTensor } from '../base-pipeline.ts';
import { type Classified, classified, labelNames } from '../labels.ts';
import { positionMeans } from '../position-means.ts';
import type { ImageClassificationPreprocessor } from '../preprocessor/schema.ts';
import type { TopOptions } from '../types.ts';
import type { ImageClassificationInput, ImageClassificationPrepared, ImageClassificationPreparer } from './preparer.ts';

export class ImageClassificationPipeline extends BasePipeline<
  ImageClassificationInput,
  TopOptions,
  ImageClassificationPrepared,
  Classified,
  OrchidVit | Vit
> {
  /** How images are made for the model. */
  readonly preprocessor: ImageClassificationPreprocessor;
  readonly #labels: readonly string[];

  constructor(model: OrchidVit | Vit, preparer: ImageClassificationPreparer) {
    super(model, preparer);
    this.preprocessor = preparer.preprocessor;
    this.#labels = labelNames(model.config);
  }

  protected scores(batch: readonly ImageClassificationPrepared[]): tf.Tensor {
    return this.model.classify(this.#images(batch));
  }

  protected answers(batch: readonly ImageClassificationPrepared[], values: Float32Array): Classified[] {
    return classified(this.#labels, batch, values);
  }

  protected means(batch: readonly ImageClassificationPrepared[]): tf.Tensor {
    const { config } = this.model;
    const hasToken = config.model_type === 'vit' || config.pooling === 'cls';
    return positionMeans(this.model.hidden(this.#images(batch)), hasToken);
  }

  #images(batch: readonly ImageClassificationPrepared[]): tf.Tensor4D {
    const { size, num_channels: channels } = this.preprocessor;
    const rows = batch.map(({ pixels }) => pixels);
    return valueTensor(rows, [size.height, size.width, channels]) as tf.Tensor4D;
  }
}
