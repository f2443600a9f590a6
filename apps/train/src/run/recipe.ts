// What a worker thread makes its replica from: all that the command has worked out, so that a thread reads no file.
import { createModel, type Model, type ModelConfig } from '@orchid-ml/orchid-models';
import type { Replica } from '@orchid-ml/trainers';
import type { RunConfig } from '../config/schema.ts';
import { loadKind } from '../tasks/index.ts';
import { startEngine } from './engine.ts';
import { makeOptimizer } from './optimizer.ts';
import { makeReferenceReplica, type StepShape } from './reference-task.ts';

export type Recipe = { readonly backend: string; readonly blas: string } & (
  | {
      readonly kind: 'task';
      readonly config: RunConfig;
      readonly model: ModelConfig;
      /** what the task's own `taskFor` takes */
      readonly share: unknown;
    }
  | { readonly kind: 'reference step'; readonly shape: StepShape }
);

/** @throws Failure when the engine does not start */
export async function makeReplica(recipe: Recipe): Promise<Replica> {
  await startEngine(recipe.backend, recipe.blas);
  if (recipe.kind === 'reference step') return makeReferenceReplica(recipe.shape) as Replica;
  const { config, share } = recipe;
  const task = (await loadKind(config.task)).taskFor(config, share);
  const model: Model = createModel(recipe.model, { seed: config.seed });
  return { model, task, optimizer: makeOptimizer(model, config) } as Replica;
}
