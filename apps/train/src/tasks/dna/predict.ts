// What a saved model takes the hidden letters of a stretch of a genome for.
import { DNA_LETTERS } from '@orchid-ml/datasets';
import { CharTokenizer } from '@orchid-ml/tokenizers';
import { UsageError } from '../../errors.ts';
import { type Io, say } from '../../io.ts';
import type { Saved } from '../../run/saved.ts';
import * as format from '../../ui/format.ts';
import type { PredictOptions } from '../kind.ts';
import { fillMasks } from '../mlm/fill-mask.ts';
import { sequenceModelOf } from '../saved-parts.ts';

/** @throws UsageError for letters that are no nucleotides, or none that is hidden */
export async function predictBases(
  saved: Saved,
  words: readonly string[],
  options: PredictOptions,
  io: Io,
): Promise<number> {
  const model = sequenceModelOf(saved);
  const { mask, top } = options;
  const text = words.join('').toUpperCase();
  const pieces = text.split(mask.toUpperCase());
  const wrong = pieces.join('').match(/[^ACGTN]/);
  if (wrong)
    throw new UsageError(
      `${JSON.stringify(wrong[0])} is no nucleotide; want A, C, G, T, N and ${mask} for what is hidden`,
    );
  const tokenizer = new CharTokenizer(DNA_LETTERS);
  const length = model.config.max_position_embeddings;
  const result = await fillMasks(model, tokenizer, pieces.join(mask), {
    mask,
    top: Math.min(top, 4),
    context: '',
    length,
  });
  if (options.json) {
    say(io, JSON.stringify(result));
    return 0;
  }
  say(io, result.filled);
  result.masks.forEach((guesses, i) => {
    const list = guesses.map(({ token, probability }) => `${token} ${format.percent(probability)}`);
    say(io, `mask ${i + 1}  ${list.join('  ')}`);
  });
  return 0;
}
