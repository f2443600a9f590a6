// Fills the masks of texts: each mask's likeliest tokens, and the text with the best ones.
import type { Bert, DnaMaskedLanguageModel, MaskedLanguageModel, OrchidBert } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import { BasePipeline, idTensor } from '../base-pipeline.ts';
import { type Guess, topGuesses } from '../top-guesses.ts';
import type { FillMaskInput, FillMaskOptions, FillMaskPrepared, FillMaskPreparer } from './preparer.ts';

export interface FillMaskAnswer {
  /** the input with each mask replaced by its likeliest token */
  readonly filled: string;
  /** for each mask, in order, its likeliest tokens */
  readonly masks: readonly (readonly (Guess & { readonly token: string })[])[];
  /** tokens put before the text to make up a window */
  readonly contextTokens: number;
}

/** The models that fill masks; those of the BERT family with the head `masked-lm`. */
export type MaskFiller = MaskedLanguageModel | DnaMaskedLanguageModel | OrchidBert | Bert;

/** Nucleotides that may be guessed: as many as there are bases. */
const DNA_TOP = 4;

export class FillMaskPipeline extends BasePipeline<
  FillMaskInput,
  FillMaskOptions,
  FillMaskPrepared,
  FillMaskAnswer,
  MaskFiller
> {
  readonly #preparer: FillMaskPreparer;
  readonly #isAnswer: (id: number) => boolean;

  constructor(model: MaskFiller, preparer: FillMaskPreparer) {
    super(model, preparer);
    this.#preparer = preparer;
    // Special tokens stand for no text, so they are no answers; nor are rows of a model that no token has.
    const { specialIds, vocabSize } = preparer.tokenizer;
    const special = new Set(specialIds);
    this.#isAnswer = (id) => id < vocabSize && !special.has(id);
  }

  protected scores(batch: readonly FillMaskPrepared[]): tf.Tensor {
    if (batch.some(({ masks }) => masks.length === 0)) {
      throw new Error('run: an input has no mask (it was prepared with requireMask: false, which is for embed)');
    }
    const ids = idTensor(batch.map((prepared) => prepared.ids));
    const places = batch.flatMap(({ masks, positions }, i) => masks.map((at) => i * positions + at));
    return this.model.logits(ids, { at: tf.tensor1d(places, 'int32') });
  }

  protected answers(batch: readonly FillMaskPrepared[], values: Float32Array): FillMaskAnswer[] {
    const { tokenizer } = this.#preparer;
    const { vocab_size: vocab, model_type: type } = this.model.config;
    let row = 0;
    return batch.map(({ ids, start, end, masks, contextTokens, top }) => {
      const most = type === 'orchid-dna' ? Math.min(top, DNA_TOP) : top;
      const filled = ids.slice();
      const guesses = masks.map((at) => {
        const scores = values.subarray(row * vocab, (row + 1) * vocab);
        row++;
        const best = topGuesses(scores, most, this.#isAnswer);
        filled[at] = best[0]!.id;
        return best.map((guess) => ({ ...guess, token: tokenizer.decode([guess.id]) }));
      });
      return { filled: tokenizer.decode(filled.subarray(start, end)), masks: guesses, contextTokens };
    });
  }

  protected means(batch: readonly FillMaskPrepared[]): tf.Tensor {
    return tf.mean(this.model.hidden(idTensor(batch.map(({ ids }) => ids))), 1);
  }
}
