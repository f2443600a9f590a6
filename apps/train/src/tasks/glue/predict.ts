// What a saved model makes of a text, or of a pair of texts.
import { glueTask } from '@orchid-ml/datasets';
import { type TextClassifier, textTensors } from '@orchid-ml/trainers';
import * as tf from '@tensorflow/tfjs-core';
import { failing, UsageError } from '../../errors.ts';
import { type Io, say } from '../../io.ts';
import type { Saved } from '../../run/saved.ts';
import * as format from '../../ui/format.ts';
import type { PredictOptions } from '../kind.ts';
import { tokenizerOf } from '../saved-parts.ts';
import { topGuesses } from '../top-guesses.ts';
import { glueConfigOf } from './evaluate.ts';

/** Prints labels with probabilities, or the number. @throws UsageError for another number of texts than the task has */
export async function predictText(
  saved: Saved,
  texts: readonly string[],
  options: PredictOptions,
  io: Io,
): Promise<number> {
  const { data } = glueConfigOf(saved);
  const spec = glueTask(data.name);
  const wanted = spec.files.texts.length;
  if (texts.length !== wanted) {
    const example = wanted === 1 ? '"a text"' : '"a text" "a second text"';
    throw new UsageError(
      `${spec.folder} is of ${wanted === 1 ? 'one text' : 'two texts'}, ${texts.length} given: want ${example}`,
    );
  }
  const input = wanted === 1 ? texts[0]! : ([texts[0]!, texts[1]!] as const);
  const encoded = await failing(() =>
    tokenizerOf(saved).encodeBatch([input], { maxLength: data.length, truncation: 'longest_first' }),
  );
  const outputs = tf.tidy(() => {
    const { inputIds, attentionMask, tokenTypeIds } = textTensors(encoded);
    return (saved.model as unknown as TextClassifier).classify(inputIds, { attentionMask, tokenTypes: tokenTypeIds });
  });
  const values = await outputs.data().finally(() => outputs.dispose());
  if (spec.labels === null) {
    say(io, options.json ? JSON.stringify({ value: values[0] }) : values[0]!.toFixed(3));
    return 0;
  }
  const guesses = topGuesses(values, Math.min(options.top, spec.labels.length)).map(({ id, probability }) => ({
    label: spec.labels![id]!,
    probability,
  }));
  if (options.json) say(io, JSON.stringify({ guesses }));
  else say(io, guesses.map(({ label, probability }) => `${label} ${format.percent(probability)}`).join(', '));
  return 0;
}
