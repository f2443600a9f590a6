// `orchid predict`: a trained model at work, in a process of its own.
import { resolve } from 'node:path';
import { readTextFile } from '@orchid-ml/datasets/node';
import pc from 'picocolors';
import { Failure, messageOf, UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import { startEngine } from '../run/engine.ts';
import { fillMasks } from '../run/fill-mask.ts';
import { answer, drawQuestion, readQuestion, recallText, tokenName } from '../run/recall-answer.ts';
import { openSaved, type Saved } from '../run/saved.ts';
import * as format from '../ui/format.ts';

interface Options {
  readonly mask: string;
  readonly top: number;
  readonly context?: string;
  readonly seed?: number;
  readonly json?: boolean;
  readonly backend: string;
  readonly blas: string;
}

/** How a character is shown in a list of guesses. */
function visible(token: string): string {
  return JSON.stringify(token);
}

async function answerQuestion({ model, record }: Saved, text: string, options: Options, io: Io): Promise<number> {
  const { vocab_size: vocab, max_position_embeddings: longest } = model.config;
  const length = record?.config.data.length ?? longest;
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

async function fill({ model, tokenizer, record }: Saved, text: string, options: Options, io: Io): Promise<number> {
  if (text === '')
    throw new UsageError(`want a text with masks, e.g. \`orchid predict <dir> "to be or n${options.mask}t to be"\``);
  const length = record?.config.data.length ?? model.config.max_position_embeddings;
  let context = '';
  if (options.context !== undefined) {
    try {
      context = await readTextFile(resolve(io.cwd, options.context));
    } catch (error) {
      throw new Failure(messageOf(error), { cause: error });
    }
  }
  const result = await fillMasks(model, tokenizer!, text, { mask: options.mask, top: options.top, context, length });
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

export async function run(args: readonly string[], options: Options, io: Io): Promise<number> {
  const [dir, ...words] = args;
  await startEngine(options.backend, options.blas);
  const saved = await openSaved(dir!, io.cwd);
  try {
    const text = words.join(' ');
    return saved.model.kind === 'orchid-recall'
      ? await answerQuestion(saved, text, options, io)
      : await fill(saved, text, options, io);
  } finally {
    saved.model.dispose();
  }
}
