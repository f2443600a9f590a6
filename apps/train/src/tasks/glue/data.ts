// A GLUE task's texts, read once and shared with the threads of a run.
import { type GlueTask, glueTask, TextDataset, type TextExample } from '@orchid-ml/datasets';
import { readGlue } from '@orchid-ml/datasets/node';
import { type Tokenizer, type TokenizerJSON, tokenizerFromJSON } from '@orchid-ml/tokenizers';
import { type TextClassificationTask, textClassificationTask } from '@orchid-ml/trainers';
import type { GlueConfig } from '../../config/text-schema.ts';

/** What is read of a folder. */
export interface GlueTexts {
  readonly train: readonly TextExample[];
  /** by split; MNLI has two */
  readonly dev: Readonly<Record<string, readonly TextExample[]>>;
  /** lines with a wrong number of columns, passed over */
  readonly passedOver: number;
}

/** What a thread makes the task from. */
export interface GlueShare {
  readonly texts: GlueTexts;
  readonly tokenizer: TokenizerJSON;
}

/** The splits of a task that models are judged on. */
export const devSplits = ({ files }: GlueTask): string[] =>
  Object.keys(files.splits).filter((split) => split.startsWith('dev'));

/** @throws Error naming the file and the line that does not fit */
export async function readTexts({ data }: GlueConfig, folder: string): Promise<GlueTexts> {
  const spec = glueTask(data.name);
  const read = (split: string) => readGlue(folder, data.name, split, { malformed: data.malformed });
  const train = await read('train');
  const dev = await Promise.all(devSplits(spec).map(async (split) => [split, await read(split)] as const));
  return {
    train: train.examples,
    dev: Object.fromEntries(dev.map(([split, { examples }]) => [split, examples])),
    passedOver: [train, ...dev.map(([, part]) => part)].reduce((sum, { malformed }) => sum + malformed.length, 0),
  };
}

/** @throws Error naming what does not fit */
export function datasetOf(
  { data, training, seed }: Pick<GlueConfig, 'data' | 'training' | 'seed'>,
  { train, dev }: Pick<GlueTexts, 'train' | 'dev'>,
  tokenizer: Tokenizer,
): TextDataset {
  return new TextDataset({
    train,
    evaluation: Object.values(dev)[0]!,
    labels: glueTask(data.name).labels,
    tokenizer,
    maxLength: data.length,
    bucket: data.bucket,
    batchSize: training.batch_size,
    seed,
  });
}

export function makeTask(config: GlueConfig, texts: GlueTexts, tokenizer: Tokenizer): TextClassificationTask {
  const { name, eval_examples } = config.data;
  return textClassificationTask({
    data: datasetOf(config, texts, tokenizer),
    name: `glue-${name}`,
    scores: glueTask(name).metrics,
    ...(eval_examples !== null && { evaluationExamples: eval_examples }),
  });
}

/** {@link makeTask} in a thread. */
export function taskOfShare(config: GlueConfig, { texts, tokenizer }: GlueShare): TextClassificationTask {
  return makeTask(config, texts, tokenizerFromJSON(JSON.stringify(tokenizer)));
}
