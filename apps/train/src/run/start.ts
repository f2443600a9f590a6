// The beginning that both training commands share: configuration, folder and engine of a new run, or of one that goes on.
import { createModel, isSequenceModel, type Model, type SequenceModel } from '@orchid-ml/orchid-models';
import type { AdamW, Task } from '@orchid-ml/trainers';
import { type Checkpoint, readCheckpoint, restore } from '@orchid-ml/trainers/node';
import { assignments, type TrainOptions } from '../config/options.ts';
import { applyOverrides } from '../config/overrides.ts';
import { loadPreset } from '../config/presets.ts';
import { leaves, type RunConfig, type Task as TaskName } from '../config/schema.ts';
import { Failure, failing, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { RunFolder, type RunRecord } from './folder.ts';
import { makeOptimizer } from './tasks.ts';

/** What is decided before any number is computed. */
export interface Plan<C extends RunConfig> {
  readonly config: C;
  /** the earlier run's folder, when this one goes on from it */
  readonly earlier: RunFolder | null;
}

/** Keys that a resumed run cannot change: its weights are made for them. */
function isFixed(key: string): boolean {
  return (
    key.startsWith('model.') || ['data.length', 'data.vocab_size', 'data.tokenizer', 'data.max_vocab'].includes(key)
  );
}

function settingOf(config: RunConfig, key: string): unknown {
  return key.split('.').reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], config);
}

/**
 * Works out the configuration from preset or earlier run, and command line.
 *
 * @throws UsageError for options that do not go together, and all that presets and --set can be wrong in
 */
export function planRun(task: 'recall', options: TrainOptions, io: Io): Plan<Extract<RunConfig, { task: 'recall' }>>;
export function planRun(task: 'mlm', options: TrainOptions, io: Io): Plan<Extract<RunConfig, { task: 'mlm' }>>;
export function planRun(task: TaskName, options: TrainOptions, io: Io): Plan<RunConfig> {
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
  const changed = leaves(task).find(({ key }) => isFixed(key) && settingOf(before, key) !== settingOf(config, key));
  if (changed)
    throw new UsageError(
      `--resume: \`${changed.key}\` cannot change from ${settingOf(before, changed.key)} to ${settingOf(config, changed.key)}; the saved weights are made for it. Start a new run instead.`,
    );
  return { config, earlier };
}

/** The checkpoint of the earlier run, or null for a new one. @throws Failure when it is damaged; UsageError when it is done */
export async function earlierCheckpoint({ config, earlier }: Plan<RunConfig>): Promise<Checkpoint | null> {
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
export async function makeParts<B>(
  plan: Plan<RunConfig>,
  checkpoint: Checkpoint | null,
  vocabSize: number,
  task: Task<SequenceModel, B>,
): Promise<{ model: SequenceModel; optimizer: AdamW; startStep: number }> {
  const { config } = plan;
  const shape = {
    ...config.model,
    vocab_size: vocabSize,
    max_position_embeddings: config.model.max_position_embeddings ?? config.data.length,
  };
  const fresh =
    config.task === 'recall'
      ? ({ model_type: 'orchid-recall', ...shape } as const)
      : ({ model_type: 'orchid-masked-lm', ...shape } as const);
  const earlier: Model | undefined = checkpoint?.model;
  if (earlier !== undefined && !isSequenceModel(earlier))
    throw new Failure(`the checkpoint's model is of another kind: ${earlier.kind}`);
  const model: SequenceModel = earlier ?? (await failing(() => createModel(fresh, { seed: config.seed })));
  if (model.config.vocab_size !== vocabSize)
    throw new Failure(`the checkpoint's model has ${model.config.vocab_size} tokens; the data has ${vocabSize}`);
  const optimizer = makeOptimizer(model, config);
  if (checkpoint) await failing(() => restore(checkpoint, { optimizer, task }));
  return { model, optimizer, startStep: checkpoint?.state.step ?? 0 };
}

/** The folder of the run: a new one, or the earlier one with what has changed written down. */
export async function openFolder(
  plan: Plan<RunConfig>,
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
