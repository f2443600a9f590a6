// Asks a saved recall model one question, typed or drawn.
import { drawRecallSequence, type RecallPipeline } from '@orchid-ml/pipelines';
import pc from 'picocolors';
import { type Io, say } from '../io.ts';
import * as format from '../ui/format.ts';
import { type Question, typed } from './options.ts';

/** @throws UsageError saying which token does not fit */
export async function predictRecall(pipeline: RecallPipeline, { words, options }: Question, io: Io): Promise<void> {
  const text = words.join(' ').trim();
  const { length } = pipeline;
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const sequence = text === '' ? drawRecallSequence(pipeline.model.config.vocab_size, length, seed) : text;
  const question = await typed(() => pipeline.prepare({ sequence }, options));
  const [answer] = await pipeline.run([question]);
  if (options.json) {
    say(io, JSON.stringify(answer));
    return;
  }
  const { guesses, right } = answer!;
  say(io, answer!.sequence);
  if (text !== '' && question.ids.length > text.split(/[\s,]+/).length)
    say(io, pc.dim(`(the pairs are repeated up to the ${length} tokens that the model was trained on)`));
  say(io);
  say(io, `query     ${answer!.sequence.split(' ').at(-1)}`);
  say(io, `answer    ${answer!.answer} ${right ? pc.green('(right)') : pc.red('(wrong)')}`);
  say(io, `expected  ${answer!.expected}`);
  say(io, `guesses   ${guesses.map((guess) => `${guess.token} ${format.percent(guess.probability)}`).join(', ')}`);
}
