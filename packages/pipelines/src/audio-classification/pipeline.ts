// Tells the class of sounds.
import type { OrchidAudio } from '@orchid-ml/orchid-models';
import type * as tf from '@tensorflow/tfjs-core';
import { BasePipeline, valueTensor } from '../base-pipeline.ts';
import { type Classified, classified, labelNames } from '../labels.ts';
import { positionMeans } from '../position-means.ts';
import type { TopOptions } from '../types.ts';
import type { AudioClassificationInput, AudioClassificationPrepared, AudioClassificationPreparer } from './preparer.ts';

export class AudioClassificationPipeline extends BasePipeline<
  AudioClassificationInput,
  TopOptions,
  AudioClassificationPrepared,
  Classified,
  OrchidAudio
> {
  /** How sounds are made for the model. */
  readonly preprocessor: AudioClassificationPreparer['preprocessor'];
  readonly #labels: readonly string[];

  constructor(model: OrchidAudio, preparer: AudioClassificationPreparer) {
    super(model, preparer);
    this.preprocessor = preparer.preprocessor;
    this.#labels = labelNames(model.config);
  }

  protected scores(batch: readonly AudioClassificationPrepared[]): tf.Tensor {
    return this.model.classify(this.#waves(batch));
  }

  protected answers(batch: readonly AudioClassificationPrepared[], values: Float32Array): Classified[] {
    return classified(this.#labels, batch, values);
  }

  protected means(batch: readonly AudioClassificationPrepared[]): tf.Tensor {
    return positionMeans(this.model.hidden(this.#waves(batch)), this.model.config.pooling === 'cls');
  }

  #waves(batch: readonly AudioClassificationPrepared[]): tf.Tensor2D {
    return valueTensor(
      batch.map(({ samples }) => samples),
      [this.preprocessor.samples],
    ) as tf.Tensor2D;
  }
}
