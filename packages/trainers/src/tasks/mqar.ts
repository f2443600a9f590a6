// Multi-query associative recall as a task: the loss is on the answers to the queries alone, accuracy is their share answered right.
import { type MqarBatch, MqarGenerator, type MqarOptions, type RngState } from '@orchid-ml/datasets';
import type { SequenceModel } from '@orchid-ml/orchid-models';
import { blankScored, type ScoredBatch, scoredLoss, splitScored } from './scored-positions.ts';
import { scoresOf, tally, WHOLE } from './tally.ts';
import type { ReadyTask, Scores } from './task.ts';

export interface MqarTaskOptions extends Omit<MqarOptions, 'stream'> {
  /** Fresh sequences an evaluation uses. Default 1000. */
  readonly evaluationSequences?: number;
}

export type MqarTask = ReadyTask<SequenceModel, ScoredBatch> & {
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
export function mqarTask(options: MqarTaskOptions): MqarTask {
  const { evaluationSequences = 1000, ...generation } = options;
  if (!Number.isInteger(evaluationSequences) || evaluationSequences < 1) {
    throw new Error(`mqarTask: evaluationSequences is ${evaluationSequences}; want an integer of at least 1`);
  }
  const training = new MqarGenerator({ ...generation, stream: 'train' });
  const { length, batchSize, pairs, vocabSize, power, randomFill } = training.options;

  function* fresh(sequences: number, stream: string, pieces: number) {
    const generator = new MqarGenerator({ ...generation, stream });
    const atOnce = Math.ceil(batchSize / pieces);
    for (let done = 0; done < sequences; done += atOnce) {
      const batch = scored(generator.next(Math.min(atOnce, sequences - done)));
      yield { batch, count: batch.maskedLabels.length };
    }
  }

  async function test(
    model: SequenceModel,
    sequences: number,
    stream = 'test',
    signal?: AbortSignal,
    pieces = 1,
  ): Promise<Scores> {
    return scoresOf([
      await tally(fresh(sequences, stream, pieces), (batch) => scoredLoss(model, batch), WHOLE, signal),
    ]);
  }

  return {
    name: 'mqar',
    settings: { length, vocabSize, pairs, power, randomFill, batchSize, seed: options.seed, evaluationSequences },
    metrics: ['accuracy'],
    tokensPerBatch: batchSize * length,
    get state(): unknown {
      return training.state;
    },
    set state(state: unknown) {
      training.state = state as RngState;
    },
    shape: {
      sequences: batchSize,
      length,
      blank: (batch, shorter) =>
        blankScored(batch, shorter, Math.max(1, Math.round((batch * shorter * pairs) / length))),
    },
    nextBatch: () => scored(training.next()),
    loss: scoredLoss,
    split: splitScored,
    evaluate: (model, signal, pieces) => test(model, evaluationSequences, 'validation', signal, pieces),
    tally: (model, share, signal, pieces = 1) =>
      tally(fresh(evaluationSequences, 'validation', pieces), (batch) => scoredLoss(model, batch), share, signal),
    test,
  };
}

const scored = ({ queryPositions, queryLabels, ...batch }: MqarBatch): ScoredBatch => ({
  ...batch,
  maskedPositions: queryPositions,
  maskedLabels: queryLabels,
});
