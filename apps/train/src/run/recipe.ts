// What a worker thread makes its replica from: all that the command has worked out, so that a thread reads no file.
import { type ConfigOf, createModel, type SequenceModel, type SequenceModelType } from '@orchid-ml/orchid-models';
import type { Replica, Task } from '@orchid-ml/trainers';
import type { MlmConfig, RecallConfig } from '../config/schema.ts';
import { startEngine } from './engine.ts';
import { makeReferenceReplica, type StepShape } from './reference-task.ts';
import { datasetOfTokens, makeMlmTask, makeOptimizer, makeRecallTask, type Tokens } from './tasks.ts';

export type Recipe = { readonly backend: string; readonly blas: string } & (
  | { readonly kind: 'recall'; readonly config: RecallConfig; readonly model: ConfigOf<SequenceModelType> }
  | {
      readonly kind: 'mlm';
      readonly config: MlmConfig;
      readonly model: ConfigOf<SequenceModelType>;
      readonly tokens: Tokens;
    }
  | { readonly kind: 'reference step'; readonly shape: StepShape }
);

/** @throws Failure when the engine does not start */
export async function makeReplica(recipe: Recipe): Promise<Replica> {
  await startEngine(recipe.backend, recipe.blas);
  if (recipe.kind === 'reference step') return makeReferenceReplica(recipe.shape) as Replica;
  const { config } = recipe;
  const model: SequenceModel = createModel(recipe.model, { seed: config.seed });
  const task =
    recipe.kind === 'recall'
      ? makeRecallTask(recipe.config)
      : makeMlmTask(recipe.config, datasetOfTokens(recipe.config, recipe.tokens));
  return { model, task: task as Task<SequenceModel>, optimizer: makeOptimizer(model, config) } as Replica;
}
