// Asks a recall model which value a key had.
import type { RecallModel } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import { BasePipeline, idTensor } from '../base-pipeline.ts';
import { type Guess, topGuesses } from '../top-guesses.ts';
import type { TopOptions } from '../types.ts';
import type { RecallInput, RecallPrepared, RecallPreparer } from './preparer.ts';
import { recallText, recallTokenName } from './question.ts';

export interface RecallAnswer {
  /** as the model saw it, repeated up to its length */
  readonly sequence: string;
  /** the likeliest token */
  readonly answer: string;
  readonly expected: string;
  readonly right: boolean;
  readonly guesses: readonly ({ readonly token: string } & Guess)[];
}

export class RecallPipeline extends BasePipeline<RecallInput, TopOptions, RecallPrepared, RecallAnswer, RecallModel> {
  /** Tokens of a sequence in training, up to which shorter ones are repeated. */
  readonly length: number;

  constructor(model: RecallModel, preparer: RecallPreparer) {
    super(model, preparer);
    this.length = preparer.length;
  }

  protected scores(batch: readonly RecallPrepared[]): tf.Tensor {
    return this.model.logits(idTensor(batch.map(({ ids }) => ids)), { positions: 'last' });
  }

  protected answers(batch: readonly RecallPrepared[], values: Float32Array): RecallAnswer[] {
    const { vocab_size: vocab } = this.model.config;
    const name = (id: number) => recallTokenName(id, vocab);
    return batch.map(({ ids, expected, top }, i) => {
      const guesses = topGuesses(values.subarray(i * vocab, (i + 1) * vocab), top);
      const best = guesses[0]!.id;
      return {
        sequence: recallText(ids, vocab),
        answer: name(best),
        expected: name(expected),
        right: best === expected,
        guesses: guesses.map((guess) => ({ token: name(guess.id), ...guess })),
      };
    });
  }

  protected means(batch: readonly RecallPrepared[]): tf.Tensor {
    return tf.mean(this.model.hidden(idTensor(batch.map(({ ids }) => ids))), 1);
  }
}
