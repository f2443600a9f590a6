// What a saved classifier takes files for.
import { resolve } from 'node:path';
import type { ExampleClassifier } from '@orchid-ml/trainers';
import * as tf from '@tensorflow/tfjs-core';
import { failing, UsageError } from '../../errors.ts';
import { type Io, say } from '../../io.ts';
import type { Saved } from '../../run/saved.ts';
import * as format from '../../ui/format.ts';
import type { PredictOptions } from '../kind.ts';
import { topGuesses } from '../top-guesses.ts';
import { classNames, configOf } from './evaluate.ts';
import type { AnySource } from './source.ts';

/** Prints the likeliest classes of each file. @throws UsageError without files; Failure naming one that cannot be read */
export async function predictClasses(
  source: AnySource,
  saved: Saved,
  words: readonly string[],
  options: PredictOptions,
  io: Io,
): Promise<number> {
  if (words.length === 0) throw new UsageError(`want the files of ${source.example}s: orchid predict DIR FILE...`);
  const config = configOf(source, saved);
  const names = classNames(saved);
  for (const file of words) {
    const { inputs, shape } = await failing(() => source.readFile(config, resolve(io.cwd, file)));
    const scores = tf.tidy(() => {
      const input = tf.tensor(inputs, [1, ...shape], 'float32');
      return (saved.model as ExampleClassifier).classify(input);
    });
    const logits = await scores.data().finally(() => scores.dispose());
    const guesses = topGuesses(logits, Math.min(options.top, names.length)).map(({ id, probability }) => ({
      label: names[id]!,
      probability,
    }));
    if (options.json) say(io, JSON.stringify({ file, guesses }));
    else
      say(io, `${file}  ${guesses.map((guess) => `${guess.label} ${format.percent(guess.probability)}`).join(', ')}`);
  }
  return 0;
}
