// Asks a saved recall model one question, typed or drawn.
import pc from 'picocolors';
import { type Io, say } from '../../io.ts';
import type { Saved } from '../../run/saved.ts';
import * as format from '../../ui/format.ts';
import type { PredictOptions } from '../kind.ts';
import { sequenceModelOf } from '../saved-parts.ts';
import { answer, drawQuestion, readQuestion, recallText, tokenName } from './answer.ts';

/** @throws UsageError saying which token does not fit */
export async function answerQuestion(
  saved: Saved,
  words: readonly string[],
  options: PredictOptions,
  io: Io,
): Promise<number> {
  const text = words.join(' ');
  const model = sequenceModelOf(saved);
  const { vocab_size: vocab, max_position_embeddings: longest } = model.config;
  const length = saved.record?.config.task === 'recall' ? saved.record.config.data.length : longest;
  const typed = text.trim() !== '';
  const question = typed
    ? readQuestion(text, vocab, length, longest)
    : drawQuestion(vocab, length, options.seed ?? Math.floor(Math.random() * 2 ** 31));
  const guesses = await answer(model, question.ids, options.top);
  const named = guesses.map((guess) => ({ token: tokenName(guess.id, vocab), ...guess }));
  const best = named[0]!;
  const right = best.id === question.expected;
  const expected = tokenName(question.expected, vocab);
  if (options.json) {
    say(
      io,
      JSON.stringify({
        sequence: recallText(question.ids, vocab),
        answer: best.token,
        expected,
        right,
        guesses: named,
      }),
    );
    return 0;
  }
  say(io, recallText(question.ids, vocab));
  if (typed && question.ids.length > text.trim().split(/[\s,]+/).length)
    say(io, pc.dim(`(the pairs are repeated up to the ${length} tokens that the model was trained on)`));
  say(io);
  say(io, `query     ${tokenName(question.query, vocab)}`);
  say(io, `answer    ${best.token} ${right ? pc.green('(right)') : pc.red('(wrong)')}`);
  say(io, `expected  ${expected}`);
  say(io, `guesses   ${named.map((guess) => `${guess.token} ${format.percent(guess.probability)}`).join(', ')}`);
  return 0;
}
