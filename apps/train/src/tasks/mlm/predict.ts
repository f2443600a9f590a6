// Fills the masks of a text with a saved model.
import { resolve } from 'node:path';
import { readTextFile } from '@orchid-ml/datasets/node';
import { Failure, messageOf, UsageError } from '../../errors.ts';
import { type Io, say } from '../../io.ts';
import type { Saved } from '../../run/saved.ts';
import * as format from '../../ui/format.ts';
import type { PredictOptions } from '../kind.ts';
import { sequenceModelOf, tokenizerOf } from '../saved-parts.ts';
import { fillMasks } from './fill-mask.ts';

/** How a character is shown in a list of guesses. */
function visible(token: string): string {
  return JSON.stringify(token);
}

/** @throws UsageError for a text without masks, or longer than the model takes */
export async function fill(saved: Saved, words: readonly string[], options: PredictOptions, io: Io): Promise<number> {
  const text = words.join(' ');
  const model = sequenceModelOf(saved);
  const { record } = saved;
  const tokenizer = tokenizerOf(saved);
  if (text === '')
    throw new UsageError(`want a text with masks, e.g. \`orchid predict <dir> "to be or n${options.mask}t to be"\``);
  const length = record?.config.task === 'mlm' ? record.config.data.length : model.config.max_position_embeddings;
  let context = '';
  if (options.context !== undefined) {
    try {
      context = await readTextFile(resolve(io.cwd, options.context));
    } catch (error) {
      throw new Failure(messageOf(error), { cause: error });
    }
  }
  const result = await fillMasks(model, tokenizer, text, { mask: options.mask, top: options.top, context, length });
  if (options.json) {
    say(io, JSON.stringify(result));
    return 0;
  }
  say(io, result.filled);
  say(io);
  result.masks.forEach((guesses, i) => {
    const list = guesses.map((guess) => `${visible(guess.token)} ${format.percent(guess.probability)}`);
    say(io, `mask ${i + 1}  ${list.join('  ')}`);
  });
  if (result.contextTokens > 0) say(io, `(${result.contextTokens} tokens of ${options.context} stood before the text)`);
  return 0;
}
