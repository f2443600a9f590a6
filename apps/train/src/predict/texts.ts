// What a saved model makes of a text, or of a pair of texts.
import { glueTask } from '@orchid-ml/datasets';
import type { TextClassificationPipeline } from '@orchid-ml/pipelines';
import { UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import * as format from '../ui/format.ts';
import { type Question, typed } from './options.ts';

/** Prints labels with probabilities, or the number. @throws UsageError for another number of texts than the model judges */
export async function predictText(
  pipeline: TextClassificationPipeline,
  { words: texts, options, saved }: Question,
  io: Io,
): Promise<void> {
  const wanted = pipeline.preprocessor.texts;
  if (texts.length !== wanted) {
    const config = saved.record?.config;
    const what = config?.task === 'glue' ? glueTask(config.data.name).folder : 'the model';
    const example = wanted === 1 ? '"a text"' : '"a text" "a second text"';
    throw new UsageError(
      `${what} is of ${wanted === 1 ? 'one text' : 'two texts'}, ${texts.length} given: want ${example}`,
    );
  }
  const [text, textPair] = texts;
  const input = { text: text!, ...(textPair !== undefined && { textPair }) };
  const [answer] = await typed(async () => pipeline.run([pipeline.prepare(input, options)]));
  if (options.json) say(io, JSON.stringify(answer));
  else if ('value' in answer!) say(io, answer.value.toFixed(3));
  else say(io, answer!.guesses.map(({ label, probability }) => `${label} ${format.percent(probability)}`).join(', '));
}
