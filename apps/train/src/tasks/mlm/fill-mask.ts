// Fills the masks of a text with a masked-language model: each mask's likeliest tokens, and the text with the best ones.
import type { SequenceModel } from '@orchid-ml/orchid-models';
import { requireSpecial, type Tokenizer } from '@orchid-ml/tokenizers';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../../errors.ts';
import { type Guess, topGuesses } from '../top-guesses.ts';

/** What the model makes of a text. */
export interface FilledText {
  /** the input with each mask replaced by its likeliest token */
  readonly filled: string;
  /** for each mask, in order, its likeliest tokens */
  readonly masks: readonly (readonly (Guess & { readonly token: string })[])[];
  /** tokens put before the text to make up a window */
  readonly contextTokens: number;
}

/**
 * The ids of a text in which `mask` marks what is hidden.
 *
 * @throws UsageError when there is no mask, or the tokenizer knows none of the text
 */
export function maskedIds(text: string, mask: string, tokenizer: Tokenizer): { ids: number[]; masks: number[] } {
  if (mask === '') throw new UsageError('--mask is empty; want the text that marks a hidden character, e.g. --mask _');
  const pieces = text.split(mask);
  if (pieces.length < 2)
    throw new UsageError(
      `there is no ${mask} in the text; want at least one, e.g. "to be or n${mask}t to be" (--mask changes the mark)`,
    );
  const hidden = requireSpecial('predict', tokenizer, 'mask');
  const ids: number[] = [];
  const masks: number[] = [];
  pieces.forEach((piece, i) => {
    if (i > 0) {
      masks.push(ids.length);
      ids.push(hidden);
    }
    for (const id of tokenizer.encode(piece)) ids.push(id);
  });
  return { ids, masks };
}

/**
 * Fills the masks of `text`.
 *
 * @param options `mask` marks what is hidden; `top` guesses are kept for each; `context` stands before the text, its end as
 *   far as it fits into a window of `length` tokens
 * @throws UsageError when the text has no mask or is longer than the model allows
 */
export async function fillMasks(
  model: SequenceModel,
  tokenizer: Tokenizer,
  text: string,
  options: { readonly mask: string; readonly top: number; readonly context: string; readonly length: number },
): Promise<FilledText> {
  const own = maskedIds(text, options.mask, tokenizer);
  const longest = model.config.max_position_embeddings;
  if (own.ids.length > longest)
    throw new UsageError(
      `the text has ${own.ids.length} tokens; the model takes at most ${longest}. Cut it into parts.`,
    );
  const room = Math.max(0, Math.min(options.length, longest) - own.ids.length);
  const context = [...tokenizer.encode(options.context)];
  const before = room === 0 ? [] : context.slice(-room);
  const ids = [...before, ...own.ids];
  const input = tf.tensor2d(ids, [1, ids.length], 'int32');
  const logits = model.logits(input);
  const vocab = logits.shape[2]!;
  const scores = await logits.data();
  tf.dispose([input, logits]);
  // Special tokens stand for no text, so they are no answers; nor are rows of a model that no token has.
  const special = new Set(tokenizer.specialIds);
  const isAnswer = (id: number) => id < tokenizer.vocabSize && !special.has(id);
  const filledIds = [...own.ids];
  const masks = own.masks.map((at) => {
    const row = (before.length + at) * vocab;
    const answers = scores
      .slice(row, row + vocab)
      .map((score, id) => (isAnswer(id) ? score : Number.NEGATIVE_INFINITY));
    const guesses = topGuesses(answers, options.top)
      .filter(({ id }) => isAnswer(id))
      .map((guess) => ({ ...guess, token: tokenizer.decode([guess.id]) }));
    filledIds[at] = guesses[0]!.id;
    return guesses;
  });
  return { filled: tokenizer.decode(filledIds), masks, contextTokens: before.length };
}
