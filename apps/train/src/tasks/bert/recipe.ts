// Where the text of a pre-training is, and how it is cut, as the streaming data sets want to know it.
import type { MlmRecipe, TextSource } from '@orchid-ml/datasets/node';
import type { BertConfig } from '../../config/text-schema.ts';
import type { Sources } from '../../run/folder.ts';

/** Of a data set of the hub, where its files are not named. */
const hubFiles = ['**/*.parquet', '**/*.jsonl', '**/*.jsonl.gz', '**/*.json.gz', '**/*.txt', '**/*.txt.gz'];

/** A path of this machine, or `hub:owner/name`, or `hub:owner/name/pattern` for some of its files. */
export function sourceOf({ data }: BertConfig, text: string): TextSource {
  const column = data.text_column;
  if (!text.startsWith('hub:')) return { paths: [text], column };
  const [owner, name, ...pattern] = text.slice('hub:'.length).split('/');
  return { repo: `${owner}/${name}`, files: pattern.length > 0 ? [pattern.join('/')] : hubFiles, column };
}

/** What the stream is made from, in this thread or another. */
export function recipeOf(config: BertConfig, { text, evalText }: Sources): MlmRecipe {
  const { data, training, seed } = config;
  return {
    text: sourceOf(config, text!),
    ...(evalText !== undefined && { heldOut: sourceOf(config, evalText) }),
    length: data.length,
    batchSize: training.batch_size,
    heldOutWindows: data.eval_windows,
    maskProbability: data.mask_probability,
    evalMaskProbability: data.eval_mask_probability,
    buffer: data.shuffle_buffer,
    seed,
  };
}
