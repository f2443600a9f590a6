// Masked-language modelling as a task: loss and accuracy are on the masked positions alone, each counting the same.
import { softmaxCrossEntropy } from '@orchid-ml/backends/ops';
import { IGNORED, type MlmBatch, type MlmDataset, type MlmSource } from '@orchid-ml/datasets';
import type { SequenceModel } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import { accuracy } from './accuracy.ts';
import { spans } from './spans.ts';
import { scoresOf, tally, WHOLE } from './tally.ts';
import type { LossAndMetrics, LossOptions, Part, ReadyTask, Share, Tally, Task } from './task.ts';

export interface MlmTaskOptions<Source extends MlmSource = MlmSource> {
  readonly dataset: Source;
  /** Held-out windows an evaluation uses at most, spread over the held-out text. Default: all of them. */
  readonly evaluationWindows?: number;
}

export type MlmTask = Task<SequenceModel, MlmBatch>;

/** The task of a data set in memory has its batches at hand; that of a stream has promises of them. */
export function mlmTask(options: MlmTaskOptions<MlmDataset>): ReadyTask<SequenceModel, MlmBatch>;
export function mlmTask(options: MlmTaskOptions): MlmTask;
export function mlmTask({ dataset, evaluationWindows = Number.POSITIVE_INFINITY }: MlmTaskOptions): MlmTask {
  const { length, batchSize, vocabSize, maskProbability, evalMaskProbability } = dataset;

  function* heldOut(pieces: number) {
    for (const whole of dataset.evalBatches(evaluationWindows)) {
      for (const { batch } of splitBySequences(whole, pieces)) yield { batch, count: batch.maskedLabels.length };
    }
  }

  function tallyHeldOut(model: SequenceModel, share: Share, signal?: AbortSignal, pieces = 1): Promise<Tally> {
    return tally(heldOut(pieces), (batch) => lossAndAccuracy(model, batch), share, signal);
  }

  return {
    name: 'mlm',
    settings: { length, batchSize, vocabSize, maskProbability, evalMaskProbability },
    metrics: ['accuracy'],
    tokensPerBatch: batchSize * length,
    get state(): unknown {
      return dataset.state;
    },
    set state(state: unknown) {
      dataset.state = state;
    },
    shape: { sequences: batchSize, length, blank: (batch, length) => blank(batch, length, maskProbability) },
    nextBatch: () => dataset.trainBatch(),
    loss: lossAndAccuracy,
    split: splitBySequences,
    evaluate: async (model, signal, pieces) => scoresOf([await tallyHeldOut(model, WHOLE, signal, pieces)]),
    tally: tallyHeldOut,
  };
}

/** As many masked positions as are to be expected, at least one, evenly spread. */
function blank(batch: number, length: number, maskProbability: number): MlmBatch {
  const tokens = batch * length;
  const count = Math.max(1, Math.round(tokens * maskProbability));
  const maskedPositions = Int32Array.from({ length: count }, (_, i) => Math.floor((i * tokens) / count));
  const labels = new Int32Array(tokens).fill(IGNORED);
  for (const position of maskedPositions) labels[position] = 0;
  return { ids: new Int32Array(tokens), labels, maskedPositions, maskedLabels: new Int32Array(count), batch, length };
}

/** A masked position counts the same wherever it is, so a part weighs as much as it has of them; without any it is left out. */
function splitBySequences(whole: MlmBatch, parts: number): Part<MlmBatch>[] {
  const { ids, labels, maskedPositions, maskedLabels, length } = whole;
  const before = (position: number): number => {
    const index = maskedPositions.findIndex((masked) => masked >= position);
    return index < 0 ? maskedPositions.length : index;
  };
  return spans(whole.batch, parts).flatMap(([start, end]) => {
    const [from, to] = [start * length, end * length];
    const [first, last] = [before(from), before(to)];
    if (first === last) return [];
    const batch = {
      ids: ids.subarray(from, to),
      labels: labels.subarray(from, to),
      maskedPositions: maskedPositions.subarray(first, last).map((position) => position - from),
      maskedLabels: maskedLabels.subarray(first, last),
      batch: end - start,
      length,
    };
    return [{ batch, weight: (last - first) / maskedPositions.length }];
  });
}

function lossAndAccuracy(
  model: SequenceModel,
  batch: MlmBatch,
  { recompute = false }: LossOptions = {},
): LossAndMetrics {
  const ids = tf.tensor2d(batch.ids, [batch.batch, batch.length], 'int32');
  const all = model.logits(ids, { recompute }) as tf.Tensor3D;
  const rows = tf.reshape(all, [batch.batch * batch.length, all.shape[2]]);
  const logits = tf.gather(rows, tf.tensor1d(batch.maskedPositions, 'int32')) as tf.Tensor2D;
  const labels = tf.tensor1d(batch.maskedLabels, 'int32');
  return {
    loss: tf.mean(softmaxCrossEntropy(logits, labels)) as tf.Scalar,
    metrics: { accuracy: accuracy(logits, labels) },
  };
}
