// The beginning of a training command: configuration, folder and engine of a new run, or of one that goes on.
import { createModel, type Model } from '@orchid-ml/orchid-models';
import type { AdamW } from '@orchid-ml/trainers';
import { type Checkpoint, readCheckpoint, restore } from '@orchid-ml/trainers/node';
import { assignments, type TrainOptions } from '../config/options.ts';
import { applyOverrides } from '../config/overrides.ts';
import { loadPreset } from '../config/presets.ts';
import { leaves, type RunConfig } from '../config/schema.ts';
import { Failure, failing, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { Opened, TaskKind } from '../tasks/kind.ts';
import { RunFolder, type RunRecord } from './folder.ts';
import { makeOptimizer } from './optimizer.ts';

/** What is decided before any number is computed. */
export interface Plan {
  readonly config: RunConfig;
  /** the earlier run's folder, when this one goes on from it */
  readonly earlier: RunFolder | null;
}

function settingOf(config: RunConfig, key: string): unknown {
  return key.split('.').reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], config);
}

/**
 * Works out the configuration from preset or earlier run, and command line.
 *
 * @throws UsageError for options that do not go together, and all that presets and --set can be wrong in
 */
export function planRun({ name: task, fixed }: TaskKind, options: TrainOptions, io: Io): Plan {
  if (options.resume === undefined) {
    return {
      config: applyOverrides(loadPreset(options.preset ?? task, task, io.cwd), assignments(options)),
      earlier: null,
    };
  }
  for (const [name, given] of [
    ['--out', options.out !== undefined],
    ['--force', options.force === true],
    ['--preset', options.preset !== undefined],
  ] as const)
    if (given)
      throw new UsageError(`${name} and --resume exclude each other: a resumed run stays what and where it is`);
  const earlier = RunFolder.open(io.cwd, options.resume);
  const before = earlier.record.config;
  if (before.task !== task)
    throw new UsageError(
      `${earlier.shown} is a run of ${before.task}; go on with it by \`orchid train ${before.task} --resume ${earlier.argument}\``,
    );
  const config = applyOverrides(before, assignments(options));
  // Weights are made for these keys.
  const isFixed = (key: string) => key.startsWith('model.') || fixed.includes(key);
  const changed = leaves(task).find(
    ({ key }) => isFixed(key) && JSON.stringify(settingOf(before, key)) !== JSON.stringify(settingOf(config, key)),
  );
  if (changed)
    throw new UsageError(
      `--resume: \`${changed.key}\` cannot change from ${settingOf(before, changed.key)} to ${settingOf(config, changed.key)}; the saved weights are made for it. Start a new run instead.`,
    );
  return { config, earlier };
}

/** The checkpoint of the earlier run, or null for a new one. @throws Failure when it is damaged; UsageError when it is done */
export async function earlierCheckpoint({ config, earlier }: Plan): Promise<Checkpoint | null> {
  if (!earlier) return null;
  const checkpoint = await failing(() => readCheckpoint(earlier.checkpoint));
  const { step } = checkpoint.state;
  if (step >= config.training.steps) {
    checkpoint.model.dispose();
    throw new UsageError(
      `${earlier.shown} has done all its ${step} steps. More: --resume ${earlier.argument} --steps ${2 * step}`,
    );
  }
  return checkpoint;
}

/** Model, optimizer and task, fresh or as the checkpoint left them. @throws Failure when they do not fit together */
export async function makeParts(
  { config }: Plan,
  checkpoint: Checkpoint | null,
  { model: wanted, pretrained, task }: Opened,
): Promise<{ model: Model; optimizer: AdamW; startStep: number }> {
  const earlier: Model | undefined = checkpoint?.model;
  const fresh = () => failing(() => createModel(wanted, { seed: config.seed }));
  const model: Model = earlier ?? (await (pretrained ?? fresh)());
  // A pretrained model is of its own kind; what it has to know is the vocabulary and the labels.
  const problem = misfit(model, pretrained ? { ...wanted, model_type: model.config.model_type } : wanted);
  if (problem !== null) {
    model.dispose();
    throw new Failure(`the ${earlier ? "checkpoint's" : 'pretrained'} model ${problem}`);
  }
  const optimizer = makeOptimizer(model, config);
  if (checkpoint) await failing(() => restore(checkpoint, { optimizer, task }));
  return { model, optimizer, startStep: checkpoint?.state.step ?? 0 };
}

/** Why a checkpoint's model is not one for this data, or null. */
function misfit({ config }: Model, wanted: { readonly model_type: string }): string | null {
  if (config.model_type !== wanted.model_type) return `is ${config.model_type}; the run's is ${wanted.model_type}`;
  const [longest, length] = [config, wanted].map(
    (of) => (of as { readonly max_position_embeddings?: number }).max_position_embeddings,
  );
  if (longest !== undefined && length !== undefined && longest < length)
    return `takes ${longest} tokens; the run's data.length is ${length}: --set data.length=${longest}`;
  for (const [key, what] of [
    ['vocab_size', 'tokens'],
    ['num_labels', 'labels'],
  ] as const) {
    const [has, wants] = [config, wanted].map((of) => (of as Readonly<Record<string, unknown>>)[key]);
    // A table may have more rows than there are tokens.
    const isEnough = key === 'vocab_size' && (has as number) >= (wants as number);
    if (wants !== undefined && has !== wants && !isEnough) return `has ${has} ${what}; the data has ${wants}`;
  }
  return null;
}

/** The folder of the run: a new one, or the earlier one with what has changed written down. */
export async function openFolder(
  plan: Plan,
  record: RunRecord,
  options: TrainOptions,
  startStep: number,
  io: Io,
): Promise<RunFolder> {
  if (!plan.earlier) return RunFolder.create(io.cwd, options.out, options.force === true, record);
  const folder = plan.earlier.withRecord(record);
  folder.forgetAfter(startStep);
  return folder;
}
