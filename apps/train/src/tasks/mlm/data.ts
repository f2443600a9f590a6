// Text files into a masked-language dataset, with errors that name the file.
import { resolve } from 'node:path';
import { MlmDataset } from '@orchid-ml/datasets';
import { readTextFile } from '@orchid-ml/datasets/node';
import { ByteTokenizer, CharTokenizer, type Tokenizer } from '@orchid-ml/tokenizers';
import type { MlmConfig } from '../../config/schema.ts';
import { failing } from '../../errors.ts';

/** The texts of a run. */
export interface Texts {
  readonly text: string;
  readonly evalText: string | null;
}

/** Reads a text. @throws Failure when it is missing, empty, a folder, binary or not UTF-8 */
export function readText(cwd: string, file: string): Promise<string> {
  return failing(() => readTextFile(resolve(cwd, file)));
}

/** The tokenizer that a configuration asks for; a character one learns its vocabulary from the training text. */
export function makeTokenizer(config: MlmConfig, text: string): Promise<Tokenizer> {
  const { tokenizer, max_vocab } = config.data;
  return failing<Tokenizer>(() =>
    tokenizer === 'byte'
      ? new ByteTokenizer()
      : CharTokenizer.fromText(text, max_vocab === null ? {} : { maxVocab: max_vocab }),
  );
}

/** Windows of the texts. @throws Failure when a text is shorter than a window */
export function makeDataset(config: MlmConfig, tokenizer: Tokenizer, { text, evalText }: Texts): Promise<MlmDataset> {
  return failing(
    () =>
      new MlmDataset({
        ids: tokenizer.encode(text),
        ...(evalText === null
          ? { heldOutFraction: config.data.held_out_fraction }
          : { heldOutIds: tokenizer.encode(evalText) }),
        tokenizer,
        ...datasetOptions(config),
      }),
  );
}

/** What a data set takes from a configuration, beside the text. */
export function datasetOptions({ data, training, seed }: MlmConfig) {
  return {
    length: data.length,
    batchSize: training.batch_size,
    maskProbability: data.mask_probability,
    evalMaskProbability: data.eval_mask_probability,
    seed,
  };
}
