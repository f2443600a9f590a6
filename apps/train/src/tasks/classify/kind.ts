// Runs that tell classes apart, of images or of sounds: what they share. What differs is a `ClassSource`.
import { resolve } from 'node:path';
import type { ExampleBatch, ExampleDataset, StreamedDataset } from '@orchid-ml/datasets';
import type { Model, ModelConfigInput } from '@orchid-ml/orchid-models';
import { type ClassificationTask, classificationTask, type ExampleClassifier } from '@orchid-ml/trainers';
import type { SignalConfig } from '../../config/signal-schema.ts';
import { failing, UsageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import * as format from '../../ui/format.ts';
import type { TaskKind } from '../kind.ts';
import { evaluateClasses } from './evaluate.ts';
import { predictClasses } from './predict.ts';

/** Training and evaluation, and the part that a finished run is measured on. */
export interface ClassData {
  readonly data: ExampleDataset | StreamedDataset;
  readonly testCount: number;
  /** the test part in order */
  readonly test: () => Iterable<ExampleBatch> | AsyncIterable<ExampleBatch>;
}

/** Where labelled examples come from, and what model takes them. `Loaded` can be sent to a thread. */
export interface ClassSource<C extends SignalConfig, Loaded> {
  readonly name: C['task'];
  readonly title: string;
  /** what an example is: "image", "recording" */
  readonly example: string;
  /** what `--data` is to hold, for the message when it is missing */
  readonly wants: string;
  /** keys that a resumed run cannot change */
  readonly fixed: readonly string[];
  /** Reads, or lists, the files. @throws Error naming what is missing or damaged */
  load(config: C, folder: string, io: Io): Promise<{ readonly loaded: Loaded; readonly skipped: number }>;
  classesOf(loaded: Loaded): readonly string[];
  /** @throws Error naming the key that does not fit */
  dataset(config: C, loaded: Loaded): ClassData;
  /** positions that the model makes of an example */
  positions(config: C): number;
  /** the model's configuration, but for its classes */
  model(config: C): ModelConfigInput;
  /** One file as the model takes it. @throws Error naming the file that does not fit */
  readFile(config: C, path: string): Promise<ExampleBatch>;
}

/** The part of a source that a saved model needs; whose configuration and files they are is known when it is asked for. */
export type AnySource = ClassSource<SignalConfig, unknown>;

function makeTask<C extends SignalConfig, Loaded>(
  source: ClassSource<C, Loaded>,
  config: C,
  { data }: ClassData,
): ClassificationTask {
  const { label_smoothing, eval_examples } = config.data;
  return classificationTask({
    data,
    name: source.name,
    labelSmoothing: label_smoothing,
    ...(eval_examples !== null && { evaluationExamples: eval_examples }),
    tokensPerExample: source.positions(config),
    // What augments examples is part of what workers are to agree on.
    settings: { data: config.data },
  });
}

/** Class names as config.json has them. */
function labelsOf(classes: readonly string[]) {
  return {
    num_labels: classes.length,
    id2label: Object.fromEntries(classes.map((name, id) => [String(id), name])),
    label2id: Object.fromEntries(classes.map((name, id) => [name, id])),
  };
}

/** A task of `orchid train` from where its examples come from. */
export function classKind<C extends SignalConfig, Loaded>(source: ClassSource<C, Loaded>): TaskKind<C> {
  const { name, example } = source;
  return {
    name,
    title: source.title,
    fixed: source.fixed,

    sources(options, before, cwd) {
      const data = options.data === undefined ? before?.data : resolve(cwd, options.data);
      if (data === undefined) throw new UsageError(`want --data PATH: ${source.wants}`);
      return { data };
    },

    async open(config, { data: folder }, { io }) {
      const { loaded, skipped } = await failing(() => source.load(config, folder!, io));
      const classes = source.classesOf(loaded);
      const made = await failing(() => source.dataset(config, loaded));
      const { data, testCount, test } = made;
      const task = await failing(() => makeTask(source, config, made));
      const evaluated = Math.min(config.data.eval_examples ?? data.evaluationCount, data.evaluationCount);
      return {
        task: task as ClassificationTask & { loss: (model: Model, batch: ExampleBatch) => never },
        model: { ...source.model(config), ...labelsOf(classes) } as ModelConfigInput,
        tokenizer: null,
        share: loaded,
        data: `${folder}: ${format.count(data.trainCount)} ${example}s of ${classes.length} classes to learn from`,
        facts: [
          ['held out', `${format.count(evaluated)} ${example}s to evaluate on, ${format.count(testCount)} to test on`],
          ...(skipped > 0 ? [['passed over', `${format.count(skipped)} damaged ${example}s`] as const] : []),
        ],
        async conclude(model, _ended, pieces) {
          const { loss, accuracy } = await task.test(model as ExampleClassifier, test(), undefined, pieces);
          const shown = `${format.percent(accuracy!)} of ${format.count(testCount)} ${example}s (loss ${format.loss(loss)})`;
          return { score: accuracy, facts: [['test', shown]] };
        },
      };
    },

    taskFor: (config, share) => makeTask(source, config, source.dataset(config, share as Loaded)) as never,

    suggest: (program, folder, config) => [
      [`${program} predict ${folder} FILE`, `ask it what ${example === 'image' ? 'an' : 'a'} ${example} is`],
      [`${program} eval ${folder}`, 'measure it on the test part again'],
      [`${program} train ${name} --resume ${folder} --steps ${2 * config.training.steps}`, 'train on'],
    ],

    evaluate: (saved, options, io) => evaluateClasses(source as unknown as AnySource, saved, options, io),
    predict: (saved, words, options, io) => predictClasses(source as unknown as AnySource, saved, words, options, io),
  };
}
