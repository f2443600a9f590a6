// Fills the masks of a text, or of a stretch of a genome, with a saved model.
import { resolve } from 'node:path';
import { readTextFile } from '@orchid-ml/datasets/node';
import type { FillMaskAnswer, FillMaskPipeline } from '@orchid-ml/pipelines';
import { failing, UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import * as format from '../ui/format.ts';
import { type PredictOptions, type Question, typed } from './options.ts';

/** @throws UsageError for a text without masks, or longer than the model takes, or letters that are no nucleotides */
export async function predictMasks(pipeline: FillMaskPipeline, { words, options }: Question, io: Io): Promise<void> {
  const isDna = pipeline.model.kind === 'orchid-dna';
  const text = words.join(isDna ? '' : ' ');
  if (text === '')
    throw new UsageError(`want a text with masks, e.g. \`orchid predict <dir> "to be or n${options.mask}t to be"\``);
  const { mask, top } = options;
  const context = isDna ? undefined : await contextOf(options, io);
  const asked = { mask, top, ...(context !== undefined && { context }) };
  const [answer] = await typed(async () => pipeline.run([pipeline.prepare({ text }, asked)]));
  if (options.json) say(io, JSON.stringify(answer));
  else if (isDna) showBases(answer!, io);
  else showText(answer!, options, io);
}

/** The text that stands before the one asked about. @throws Failure for a file that cannot be read */
async function contextOf({ context: file }: PredictOptions, io: Io): Promise<string | undefined> {
  return file === undefined ? undefined : failing(() => readTextFile(resolve(io.cwd, file)));
}

function showBases({ filled, masks }: FillMaskAnswer, io: Io): void {
  say(io, filled);
  masks.forEach((guesses, i) => {
    const list = guesses.map(({ token, probability }) => `${token} ${format.percent(probability)}`);
    say(io, `mask ${i + 1}  ${list.join('  ')}`);
  });
}

function showText({ filled, masks, contextTokens }: FillMaskAnswer, { context }: PredictOptions, io: Io): void {
  say(io, filled);
  say(io);
  masks.forEach((guesses, i) => {
    // In quotes, or a blank would not be seen.
    const list = guesses.map(({ token, probability }) => `${JSON.stringify(token)} ${format.percent(probability)}`);
    say(io, `mask ${i + 1}  ${list.join('  ')}`);
  });
  if (contextTokens > 0) say(io, `(${contextTokens} tokens of ${context} stood before the text)`);
}
