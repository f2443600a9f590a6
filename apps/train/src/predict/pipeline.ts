// The pipeline of a saved model: by the preprocessor_config.json of its folder, or by the run that older checkpoints are of.
import { type AnyPipeline, createPipeline } from '@orchid-ml/pipelines';
import { readPreprocessor } from '@orchid-ml/pipelines/node';
import { Failure, failing, messageOf } from '../errors.ts';
import type { Saved } from '../run/saved.ts';
import { loadKind } from '../tasks/index.ts';

/** @throws Failure for a model that has no pipeline, or whose folder does not say how its inputs are made */
export async function pipelineOf({ model, tokenizer, record, folder }: Saved): Promise<AnyPipeline> {
  const saved = await failing(() => readPreprocessor(folder));
  const preprocessor = saved ?? (record && (await loadKind(record.config.task)).preprocessor(record.config));
  try {
    return createPipeline(model, { tokenizer, preprocessor });
  } catch (error) {
    throw new Failure(`${folder}: ${messageOf(error)}`, { cause: error });
  }
}
