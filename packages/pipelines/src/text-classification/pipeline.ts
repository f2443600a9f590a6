// Labels texts and pairs of texts, or gives each a number.
import type { Bert, OrchidBert } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import { BasePipeline, idTensor } from '../base-pipeline.ts';
import { type Classified, classified, labelNames } from '../labels.ts';
import type { TextClassificationPreprocessor } from '../preprocessor/schema.ts';
import type { TopOptions } from '../types.ts';
import type { TextClassificationInput, TextClassificationPrepared, TextClassificationPreparer } from './preparer.ts';

/** The likeliest labels, or the number of a regression. */
export type TextClassificationAnswer = Classified | { readonly value: number };

export class TextClassificationPipeline extends BasePipeline<
  TextClassificationInput,
  TopOptions,
  TextClassificationPrepared,
  TextClassificationAnswer,
  OrchidBert | Bert
> {
  /** How texts are made for the model. */
  readonly preprocessor: TextClassificationPreprocessor;
  /** null for a regression */
  readonly #labels: readonly string[] | null;

  /** @throws Error for a regression of several numbers */
  constructor(model: OrchidBert | Bert, preparer: TextClassificationPreparer) {
    super(model, preparer);
    this.preprocessor = preparer.preprocessor;
    const { head, num_labels: count } = model.config;
    if (head === 'regression' && count !== 1) {
      throw new Error(`the model gives ${count} numbers; there is a pipeline for regressions of one`);
    }
    this.#labels = head === 'regression' ? null : labelNames(model.config);
  }

  protected scores(batch: readonly TextClassificationPrepared[]): tf.Tensor {
    const { ids, ...options } = tensorsOf(batch);
    return this.model.classify(ids, options);
  }

  protected answers(batch: readonly TextClassificationPrepared[], values: Float32Array): TextClassificationAnswer[] {
    return this.#labels === null
      ? batch.map((_, i) => ({ value: values[i]! }))
      : classified(this.#labels, batch, values);
  }

  protected means(batch: readonly TextClassificationPrepared[]): tf.Tensor {
    const { ids, ...options } = tensorsOf(batch);
    const hidden = this.model.hidden(ids, options);
    const weights = tf.cast(options.attentionMask, 'float32');
    const sum = tf.sum(tf.mul(hidden, tf.expandDims(weights, 2)), 1);
    return tf.div(sum, tf.sum(weights, 1, true));
  }
}

function tensorsOf(batch: readonly TextClassificationPrepared[]) {
  return {
    ids: idTensor(batch.map(({ inputIds }) => inputIds)),
    attentionMask: idTensor(batch.map(({ attentionMask }) => attentionMask)),
    tokenTypes: idTensor(batch.map(({ tokenTypeIds }) => tokenTypeIds)),
  };
}
