// Labelled texts as a task: classes by cross entropy, numbers by squared error, judged by the metrics that the data set names.
import { softmaxCrossEntropy } from '@orchid-ml/backends/ops';
import type { OrderState, TextBatch, TextDataset } from '@orchid-ml/datasets';
import type { EncodeOptions, Model } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import { breathe } from '../breathe.ts';
import { METRICS, type MetricName, metricsOf } from '../metrics/index.ts';
import { textTensors } from '../text-tensors.ts';
import { accuracy } from './accuracy.ts';
import { spans } from './spans.ts';
import type { LossAndMetrics, LossOptions, Part, ReadyTask, Scores } from './task.ts';

/** A model that takes token ids, such as those of the BERT family with a head for sequences. */
export interface TextClassifier extends Model {
  /** ids int32 [B, L] -> scores before softmax [B, labels], or numbers [B, 1] */
  classify(ids: tf.Tensor2D, options?: EncodeOptions): tf.Tensor;
}

export interface TextTaskBatch extends TextBatch {
  /** what the masks of dropout follow from; left out, nothing is dropped, as in an evaluation */
  readonly dropoutSeed?: number;
}

export interface TextClassificationOptions {
  readonly data: TextDataset;
  /** What an evaluation measures; the first is the score that counts. Default `accuracy`; `pearson` for numbers. */
  readonly scores?: readonly MetricName[];
  /** Of a checkpoint's record. Default `text-classification`. */
  readonly name?: string;
  /** Texts an evaluation uses at most, spread evenly. Default: all. */
  readonly evaluationExamples?: number;
}

export type TextClassificationTask = ReadyTask<TextClassifier, TextTaskBatch> & {
  /** Loss and metrics on other texts; several parts of one evaluation, such as MNLI's two, are tested one by one. */
  test(model: TextClassifier, batches: Iterable<TextBatch>, signal?: AbortSignal, pieces?: number): Promise<Scores>;
};

/** @throws Error naming the option that does not fit */
export function textClassificationTask(options: TextClassificationOptions): TextClassificationTask {
  const { data, evaluationExamples, name = 'text-classification' } = options;
  const isNumbers = data.options.labels === null;
  const scores = options.scores ?? [isNumbers ? 'pearson' : 'accuracy'];
  const unknown = scores.find((score) => !Object.hasOwn(METRICS, score));
  if (unknown !== undefined || scores.length === 0) {
    throw new Error(`textClassificationTask: scores has ${unknown}; want some of ${Object.keys(METRICS).join(', ')}`);
  }
  const { batchSize } = data;
  const { maxLength } = data.options;

  async function test(
    model: TextClassifier,
    batches: Iterable<TextBatch>,
    signal?: AbortSignal,
    pieces = 1,
  ): Promise<Scores> {
    const predictions: number[] = [];
    const labels: number[] = [];
    let loss = 0;
    for (const whole of batches) {
      for (const { batch } of splitByTexts(whole, pieces)) {
        signal?.throwIfAborted();
        const [outputs, mean] = tf.tidy(() => {
          const outputs = outputsOf(model, batch, {});
          return [outputs, lossOf(outputs, batch, isNumbers)] as const;
        });
        try {
          const [values, [value]] = await Promise.all([outputs.data(), mean.data()]);
          loss += value! * batch.batch;
          predictions.push(...predicted(values, batch.batch, isNumbers));
          labels.push(...batch.labels);
        } finally {
          tf.dispose([outputs, mean]);
        }
        await breathe();
      }
    }
    return { loss: loss / labels.length, ...metricsOf(scores, predictions, labels) };
  }

  return {
    name,
    settings: {
      batchSize,
      maxLength,
      labels: data.options.labels,
      trainExamples: data.trainCount,
      evaluationExamples: evaluationExamples ?? data.evaluationCount,
    },
    metrics: isNumbers ? [] : ['accuracy'],
    score: scores[0]!,
    tokensPerBatch: batchSize * maxLength,
    get state(): unknown {
      return data.state;
    },
    set state(state: unknown) {
      data.state = state as OrderState;
    },
    shape: { sequences: batchSize, length: maxLength, blank: (batch, length) => blank(batch, length, isNumbers) },
    nextBatch() {
      const { batches } = data.state;
      return { ...data.trainBatch(), dropoutSeed: batches * batchSize };
    },
    loss(model, batch, lossOptions): LossAndMetrics {
      const outputs = outputsOf(model, batch, lossOptions);
      const loss = lossOf(outputs, batch, isNumbers);
      if (isNumbers) return { loss, metrics: {} };
      return { loss, metrics: { accuracy: accuracy(outputs, tf.tensor1d(batch.labels, 'int32')) } };
    },
    split: splitByTexts,
    evaluate: (model, signal, pieces) => test(model, data.evalBatches(evaluationExamples), signal, pieces),
    test,
  };
}

function outputsOf(model: TextClassifier, batch: TextTaskBatch, { recompute = false }: LossOptions = {}): tf.Tensor2D {
  const { inputIds, attentionMask, tokenTypeIds } = textTensors(batch);
  const { dropoutSeed } = batch;
  const dropout = dropoutSeed === undefined ? {} : { dropoutSeed };
  const options = { attentionMask, tokenTypes: tokenTypeIds, recompute, ...dropout };
  return model.classify(inputIds, options) as tf.Tensor2D;
}

function lossOf(outputs: tf.Tensor2D, { labels, batch }: TextTaskBatch, isNumbers: boolean): tf.Scalar {
  if (!isNumbers) return tf.mean(softmaxCrossEntropy(outputs, tf.tensor1d(labels, 'int32')));
  return tf.mean(tf.squaredDifference(tf.reshape(outputs, [batch]), tf.tensor1d(labels)));
}

/** The likeliest class of each row, or the number itself. */
function predicted(values: ArrayLike<number>, rows: number, isNumbers: boolean): number[] {
  const width = values.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    if (isNumbers) return values[row]!;
    let best = 0;
    for (let k = 1; k < width; k++) if (values[row * width + k]! > values[row * width + best]!) best = k;
    return best;
  });
}

function blank(batch: number, length: number, isNumbers: boolean): TextTaskBatch {
  const size = batch * length;
  return {
    inputIds: new Int32Array(size),
    attentionMask: new Int32Array(size).fill(1),
    tokenTypeIds: new Int32Array(size),
    lengths: new Int32Array(batch).fill(length),
    shape: [batch, length],
    labels: isNumbers ? new Float32Array(batch) : new Int32Array(batch),
    batch,
    dropoutSeed: 0,
  };
}

function splitByTexts(whole: TextTaskBatch, parts: number): Part<TextTaskBatch>[] {
  const { inputIds, attentionMask, tokenTypeIds, lengths, shape, labels, batch, dropoutSeed } = whole;
  const width = shape[1];
  return spans(batch, parts).map(([start, end]) => {
    const rows = (values: Int32Array) => values.subarray(start * width, end * width);
    return {
      batch: {
        inputIds: rows(inputIds),
        attentionMask: rows(attentionMask),
        tokenTypeIds: rows(tokenTypeIds),
        lengths: lengths.slice(start, end),
        shape: [end - start, width],
        labels: labels.subarray(start, end),
        batch: end - start,
        ...(dropoutSeed !== undefined && { dropoutSeed: dropoutSeed + start }),
      },
      weight: (end - start) / batch,
    };
  });
}
