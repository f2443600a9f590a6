// Associative recall as a task: the loss is on the answer alone, accuracy is the share of sequences answered right.
import { softmaxCrossEntropy } from '@orchid-ml/backends/ops';
import { type RecallBatch, RecallGenerator, type RngState } from '@orchid-ml/datasets';
import type { SequenceModel } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import { accuracy } from './accuracy.ts';
import { spans } from './spans.ts';
import { scoresOf, tally, WHOLE } from './tally.ts';
import type { LossAndMetrics, LossOptions, Part, ReadyTask, Scores } from './task.ts';

export interface RecallTaskOptions {
  readonly length: number;
  readonly vocabSize: number;
  readonly batchSize: number;
  readonly seed: number;
  /** Fresh sequences an evaluation uses. Default 1000. */
  readonly evaluationSequences?: number;
}

export type RecallTask = ReadyTask<SequenceModel, RecallBatch> & {
  /**
   * Loss and accuracy on sequences of a stream of its own.
   *
   * @param stream different names give independent sequences; `evaluate` uses `validation`
   * @param pieces batches are cut into so many, for the memory; default 1
   */
  test(
    model: SequenceModel,
    sequences: number,
    stream?: string,
    signal?: AbortSignal,
    pieces?: number,
  ): Promise<Scores>;
};

/** @throws Error naming the option that does not fit */
export function recallTask(options: RecallTaskOptions): RecallTask {
  const { evaluationSequences = 1000, ...generation } = options;
  if (!Number.isInteger(evaluationSequences) || evaluationSequences < 1) {
    throw new Error(`recallTask: evaluationSequences is ${evaluationSequences}; want an integer of at least 1`);
  }
  const training = new RecallGenerator({ ...generation, stream: 'train' });

  function* fresh(sequences: number, stream: string, pieces: number) {
    const generator = new RecallGenerator({ ...generation, stream });
    const atOnce = Math.ceil(options.batchSize / pieces);
    for (let done = 0; done < sequences; done += atOnce) {
      const batch = generator.next(Math.min(atOnce, sequences - done));
      yield { batch, count: batch.batch };
    }
  }

  async function test(
    model: SequenceModel,
    sequences: number,
    stream = 'test',
    signal?: AbortSignal,
    pieces = 1,
  ): Promise<Scores> {
    const score = (batch: RecallBatch) => lossAndAccuracy(model, batch);
    return scoresOf([await tally(fresh(sequences, stream, pieces), score, WHOLE, signal)]);
  }

  return {
    name: 'recall',
    settings: { ...generation, evaluationSequences },
    metrics: ['accuracy'],
    tokensPerBatch: options.batchSize * options.length,
    get state(): unknown {
      return training.state;
    },
    set state(state: unknown) {
      training.state = state as RngState;
    },
    shape: {
      sequences: options.batchSize,
      length: options.length,
      blank: (batch, length) => ({
        ids: new Int32Array(batch * length),
        labels: new Int32Array(batch),
        batch,
        length,
      }),
    },
    nextBatch: () => training.next(),
    loss: lossAndAccuracy,
    split: splitBySequences,
    evaluate: (model, signal, pieces) => test(model, evaluationSequences, 'validation', signal, pieces),
    tally(model, share, signal, pieces = 1) {
      const batches = fresh(evaluationSequences, 'validation', pieces);
      return tally(batches, (batch) => lossAndAccuracy(model, batch), share, signal);
    },
    test,
  };
}

function splitBySequences({ ids, labels, batch, length }: RecallBatch, parts: number): Part<RecallBatch>[] {
  return spans(batch, parts).map(([start, end]) => ({
    batch: {
      ids: ids.subarray(start * length, end * length),
      labels: labels.subarray(start, end),
      batch: end - start,
      length,
    },
    weight: (end - start) / batch,
  }));
}

function lossAndAccuracy(
  model: SequenceModel,
  { ids, labels, batch, length }: RecallBatch,
  { recompute = false }: LossOptions = {},
): LossAndMetrics {
  const given = tf.tensor2d(ids, [batch, length], 'int32');
  const logits = model.logits(given, { positions: 'last', recompute }) as tf.Tensor2D;
  const wanted = tf.tensor1d(labels, 'int32');
  return {
    loss: tf.mean(softmaxCrossEntropy(logits, wanted)) as tf.Scalar,
    metrics: { accuracy: accuracy(logits, wanted) },
  };
}
