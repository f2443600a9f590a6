// Masked-language modelling as a task: loss and accuracy are on the masked positions alone, each counting the same; a training
// batch has the seed of its dropout.
import type { MlmBatch, MlmDataset, MlmSource } from '@orchid-ml/datasets';
import type { SequenceModel } from '@orchid-ml/orchid-models';
import { blankScored, type ScoredBatch, scoredLoss, splitScored } from './scored-positions.ts';
import { scoresOf, tally, WHOLE } from './tally.ts';
import type { ReadyTask, Share, Tally, Task } from './task.ts';

export interface MlmTaskOptions<Source extends MlmSource = MlmSource> {
  readonly dataset: Source;
  /** Held-out windows an evaluation uses at most, spread over the held-out text. Default: all of them. */
  readonly evaluationWindows?: number;
}

export type MlmTask = Task<SequenceModel, ScoredBatch>;

/** The task of a data set in memory has its batches at hand; that of a stream has promises of them. */
export function mlmTask(options: MlmTaskOptions<MlmDataset>): ReadyTask<SequenceModel, ScoredBatch>;
export function mlmTask(options: MlmTaskOptions): MlmTask;
export function mlmTask({ dataset, evaluationWindows = Number.POSITIVE_INFINITY }: MlmTaskOptions): MlmTask {
  const { length, batchSize, vocabSize, maskProbability, evalMaskProbability } = dataset;

  function* heldOut(pieces: number) {
    for (const whole of dataset.evalBatches(evaluationWindows)) {
      for (const { batch } of splitScored(whole, pieces)) yield { batch, count: batch.maskedLabels.length };
    }
  }

  function tallyHeldOut(model: SequenceModel, share: Share, signal?: AbortSignal, pieces = 1): Promise<Tally> {
    return tally(heldOut(pieces), (batch) => scoredLoss(model, batch), share, signal);
  }

  /** Parts of a batch are to have other masks of dropout, as are batches: no two share a sequence's number. */
  const asTraining = (batch: MlmBatch, number: number): ScoredBatch => ({ ...batch, dropoutSeed: number * batchSize });

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
    shape: {
      sequences: batchSize,
      length,
      blank: (batch, length) => ({
        ...blankScored(batch, length, Math.max(1, Math.round(batch * length * maskProbability))),
        dropoutSeed: 0,
      }),
    },
    nextBatch() {
      const { batchNumber } = dataset;
      const batch = dataset.trainBatch();
      return batch instanceof Promise
        ? batch.then((ready) => asTraining(ready, batchNumber))
        : asTraining(batch, batchNumber);
    },
    loss: scoredLoss,
    split: splitScored,
    evaluate: async (model, signal, pieces) => scoresOf([await tallyHeldOut(model, WHOLE, signal, pieces)]),
    tally: tallyHeldOut,
  };
}
