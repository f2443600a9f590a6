// Loss and accuracy at some positions of each sequence, each position counting the same: of masks to fill, of queries to answer.
import { softmaxCrossEntropy } from '@orchid-ml/backends/ops';
import { IGNORED, type MlmBatch } from '@orchid-ml/datasets';
import type { SequenceModel } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import { accuracy } from './accuracy.ts';
import { spans } from './spans.ts';
import type { LossAndMetrics, LossOptions, Part } from './task.ts';

/** The masked positions are those that count, whatever they are masked for. */
export interface ScoredBatch extends MlmBatch {
  /** what the masks of dropout follow from; left out, nothing is dropped, as in an evaluation */
  readonly dropoutSeed?: number;
}

/** A batch that means nothing, with `count` scored positions, evenly spread. */
export function blankScored(batch: number, length: number, count: number): ScoredBatch {
  const tokens = batch * length;
  const maskedPositions = Int32Array.from({ length: count }, (_, i) => Math.floor((i * tokens) / count));
  const labels = new Int32Array(tokens).fill(IGNORED);
  for (const position of maskedPositions) labels[position] = 0;
  return { ids: new Int32Array(tokens), labels, maskedPositions, maskedLabels: new Int32Array(count), batch, length };
}

/** A position counts the same wherever it is, so a part weighs as much as it has of them; without any it is left out. */
export function splitScored(whole: ScoredBatch, parts: number): Part<ScoredBatch>[] {
  const { ids, labels, maskedPositions, maskedLabels, length, dropoutSeed } = whole;
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
      ...(dropoutSeed !== undefined && { dropoutSeed: dropoutSeed + start }),
    };
    return [{ batch, weight: (last - first) / maskedPositions.length }];
  });
}

/** The output layer, the widest of all, computes the scored positions alone. */
export function scoredLoss(
  model: SequenceModel,
  { ids, maskedPositions, maskedLabels, batch, length, dropoutSeed }: ScoredBatch,
  { recompute = false }: LossOptions = {},
): LossAndMetrics {
  const given = tf.tensor2d(ids, [batch, length], 'int32');
  const at = tf.tensor1d(maskedPositions, 'int32');
  const logits = model.logits(given, {
    at,
    recompute,
    ...(dropoutSeed !== undefined && { dropoutSeed }),
  }) as tf.Tensor2D;
  const labels = tf.tensor1d(maskedLabels, 'int32');
  return {
    loss: tf.mean(softmaxCrossEntropy(logits, labels)) as tf.Scalar,
    metrics: { accuracy: accuracy(logits, labels) },
  };
}
