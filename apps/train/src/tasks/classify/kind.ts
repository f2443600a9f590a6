// Runs that tell classes apart, of images or of sounds: what they share. What differs is a `ClassSource`.
import { resolve } from 'node:path';
import type { ModelConfigInput } from '@orchid-ml/orchid-models';
import { type ClassificationTask, classificationTask, type ExampleClassifier } from '@orchid-ml/trainers';
import type { SignalConfig } from '../../config/signal-schema.ts';
import { failing, UsageError } from '../../errors.ts';
import type { Fact } from '../../run/train-run.ts';
import * as format from '../../ui/format.ts';
import type { TaskKind } from '../kind.ts';
import { labelKeys } from '../labels.ts';
import { evaluateClasses } from './evaluate.ts';
import type { AnySource, ClassData, ClassSource } from './source.ts';

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

function sayPassedOver(bad: number, example: string): Fact {
  return ['passed over', `${format.count(bad)} damaged ${example}${bad === 1 ? '' : 's'}`];
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
      const { data, testCount, test, passedOver } = made;
      const task = await failing(() => makeTask(source, config, made));
      const evaluated = Math.min(config.data.eval_examples ?? data.evaluationCount, data.evaluationCount);
      return {
        task,
        model: { ...source.model(config), ...labelKeys(classes) } as ModelConfigInput,
        tokenizer: null,
        share: loaded,
        data: `${folder}: ${format.count(data.trainCount)} ${example}s of ${classes.length} classes to learn from`,
        facts: [
          ['held out', `${format.count(evaluated)} ${example}s to evaluate on, ${format.count(testCount)} to test on`],
          ...(skipped > 0 ? [sayPassedOver(skipped, example)] : []),
        ],
        async conclude(model, _ended, pieces) {
          const { loss, accuracy } = await task.test(model as ExampleClassifier, test(), undefined, pieces);
          const shown = `${format.percent(accuracy!)} of ${format.count(testCount)} ${example}s (loss ${format.loss(loss)})`;
          const bad = passedOver?.() ?? 0;
          return { score: accuracy, facts: [['test', shown], ...(bad > 0 ? [sayPassedOver(bad, example)] : [])] };
        },
      };
    },

    taskFor: (config, share) => makeTask(source, config, source.dataset(config, share as Loaded)),

    suggest: (program, folder, config) => [
      [`${program} predict ${folder} FILE`, `ask it what ${example === 'image' ? 'an' : 'a'} ${example} is`],
      [`${program} eval ${folder}`, 'measure it on the test part again'],
      [`${program} train ${name} --resume ${folder} --steps ${2 * config.training.steps}`, 'train on'],
    ],

    evaluate: (saved, options, io) => evaluateClasses(source as unknown as AnySource, saved, options, io),
    preprocessor: (config) => source.preprocessor(config),
  };
}
