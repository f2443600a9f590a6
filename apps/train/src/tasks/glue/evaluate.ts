// How good a saved model is on the held-out texts of its GLUE task.
import { resolve } from 'node:path';
import { glueTask } from '@orchid-ml/datasets';
import { readGlue } from '@orchid-ml/datasets/node';
import type { TextClassifier } from '@orchid-ml/trainers';
import { textClassificationTask } from '@orchid-ml/trainers';
import type { GlueConfig } from '../../config/text-schema.ts';
import { Failure, failing, UsageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import type { Saved } from '../../run/saved.ts';
import type { EvaluateOptions, Result } from '../kind.ts';
import { tokenizerOf } from '../saved-parts.ts';
import { datasetOf, devSplits } from './data.ts';

/** The configuration that a saved model was trained by. @throws Failure without a run around it */
function glueConfigOf({ record, folder }: Saved): GlueConfig {
  if (record?.config.task === 'glue') return record.config;
  throw new Failure(`${folder} has no run.json beside it, which says which task of GLUE its model is for`);
}

/** @throws UsageError for options of other tasks; Failure naming the file that does not fit */
export async function evaluateGlue(saved: Saved, options: EvaluateOptions, io: Io): Promise<Result> {
  if (options.text !== undefined)
    throw new UsageError('--text is for masked-language models; this one is measured on a folder of GLUE: --data DIR');
  const config = glueConfigOf(saved);
  const { name, malformed } = config.data;
  const folder = options.data === undefined ? saved.record!.sources.data! : resolve(io.cwd, options.data);
  const spec = glueTask(name);
  const result: Record<string, string | number> = { task: `glue ${name}`, data: folder };
  for (const split of devSplits(spec)) {
    const { examples } = await failing(() => readGlue(folder, name, split, { malformed }));
    // Nothing is trained: the held-out texts stand in for those to learn from, of which there must be a batch.
    const training = { ...config.training, batch_size: Math.min(config.training.batch_size, examples.length) };
    const texts = { train: examples, dev: { [split]: examples } };
    const data = datasetOf({ ...config, training }, texts, tokenizerOf(saved));
    const task = textClassificationTask({ data, scores: spec.metrics });
    const scores = await task.test(saved.model as unknown as TextClassifier, data.evalBatches());
    const prefix = split === 'dev' ? '' : `${split}_`;
    result[`${prefix}texts`] = examples.length;
    for (const [score, value] of Object.entries(scores)) result[prefix + score] = value;
  }
  return result;
}
