// A worker thread's own model, task and optimizer.
import { createModel, type Model } from '@orchid-ml/orchid-models';
import type { Replica } from '@orchid-ml/trainers';
import { loadKind } from '../tasks/index.ts';
import { startEngine } from './engine.ts';
import { makeOptimizer } from './optimizer.ts';
import type { Recipe } from './recipe.ts';
import { makeReferenceReplica } from './reference-task.ts';

/** @throws Failure when the engine does not start */
export async function makeReplica(recipe: Recipe): Promise<Replica> {
  await startEngine(recipe.backend, recipe.blas);
  if (recipe.kind === 'reference step') return makeReferenceReplica(recipe.shape) as Replica;
  const { config, share } = recipe;
  const task = await (await loadKind(config.task)).taskFor(config, share);
  const model: Model = createModel(recipe.model, { seed: config.seed });
  return { model, task, optimizer: makeOptimizer(model, config) } as Replica;
}
