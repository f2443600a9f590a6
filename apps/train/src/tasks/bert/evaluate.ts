// How good a pre-trained model is at masked words of a text.
import { resolve } from 'node:path';
import { openMlmHeldOut } from '@orchid-ml/datasets/node';
import { mlmTask } from '@orchid-ml/trainers';
import { Failure, failing } from '../../errors.ts';
import type { Io } from '../../io.ts';
import type { Saved } from '../../run/saved.ts';
import type { EvaluateOptions, Result } from '../kind.ts';
import { lengthFor } from '../length.ts';
import { sequenceModelOf, tokenizerOf } from '../saved-parts.ts';
import { recipeOf } from './recipe.ts';

/** @throws Failure without a run around the model, or for a text that cannot be read */
export async function evaluateBert(saved: Saved, options: EvaluateOptions, io: Io): Promise<Result> {
  const { record, folder } = saved;
  if (record?.config.task !== 'bert')
    throw new Failure(`${folder} has no run.json beside it, which says how its text was cut; give the folder of a run`);
  const model = sequenceModelOf(saved);
  const { config, sources } = record;
  const length = lengthFor(model.config.max_position_embeddings, config.data.length, options.length);
  const given = options.text === undefined ? undefined : resolve(io.cwd, options.text);
  const evalText = given ?? sources.evalText;
  const changed = { ...config, seed: options.seed ?? config.seed, data: { ...config.data, length } };
  const recipe = await failing(() => recipeOf(changed, { ...sources, ...(evalText !== undefined && { evalText }) }));
  const dataset = await failing(() => openMlmHeldOut(recipe, tokenizerOf(saved)));
  const { loss, accuracy } = await mlmTask({ dataset }).evaluate(model);
  return {
    task: 'bert',
    text: evalText ?? `the first windows of ${sources.text}`,
    windows: dataset.heldOutWindows,
    length,
    maskProbability: config.data.eval_mask_probability,
    loss,
    accuracy: accuracy!,
  };
}
