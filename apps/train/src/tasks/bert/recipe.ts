// Where the text of a pre-training is, and how it is cut, as the streaming data sets want to know it.
import type { MlmRecipe, TextSource } from '@orchid-ml/datasets/node';
import type { BertConfig } from '../../config/text-schema.ts';
import type { Sources } from '../../run/folder.ts';
import { hubText, isHubText, type TextOption } from './hub-text.ts';

/** A path of this machine, or what {@link hubText} takes. */
async function sourceOf({ data }: BertConfig, text: string, option: TextOption): Promise<TextSource> {
  const column = data.text_column;
  return isHubText(text) ? { ...(await hubText(text, option)), column } : { paths: [text], column };
}

/**
 * What the stream is made from, in this thread or another.
 *
 * @throws UsageError for a data set of the hub whose files have to be named; HubError of the hub
 */
export async function recipeOf(config: BertConfig, { text, evalText }: Sources): Promise<MlmRecipe> {
  const { data, training, seed } = config;
  return {
    text: await sourceOf(config, text!, '--text'),
    ...(evalText !== undefined && { heldOut: await sourceOf(config, evalText, '--eval-text') }),
    length: data.length,
    batchSize: training.batch_size,
    heldOutWindows: data.eval_windows,
    maskProbability: data.mask_probability,
    evalMaskProbability: data.eval_mask_probability,
    buffer: data.shuffle_buffer,
    seed,
  };
}
