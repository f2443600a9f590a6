// GLUE: texts and pairs of texts told apart, from scratch or from a pretrained model.
import { resolve } from 'node:path';
import { type GlueTask, glueTask } from '@orchid-ml/datasets';
import type { Model } from '@orchid-ml/orchid-models';
import { fromPretrained } from '@orchid-ml/orchid-models/node';
import type { TextClassifier } from '@orchid-ml/trainers';
import type { GlueConfig } from '../../config/text-schema.ts';
import { failing, UsageError } from '../../errors.ts';
import type { Fact } from '../../run/train-run.ts';
import * as format from '../../ui/format.ts';
import type { TaskKind } from '../kind.ts';
import { labelKeys } from '../labels.ts';
import { modelKeys } from '../model-keys.ts';
import { folderOrName, sayTokenizer, tokenizerFor } from '../text-tokenizer.ts';
import { datasetOf, type GlueShare, type GlueTexts, makeTask, readTexts, taskOfShare } from './data.ts';
import { evaluateGlue } from './evaluate.ts';

/** The keys of a model's configuration that make its head one for this task. */
const headOf = ({ labels }: GlueTask) =>
  labels === null
    ? ({ head: 'regression', num_labels: 1 } as const)
    : ({ head: 'sequence-classification', ...labelKeys(labels) } as const);

/** Every text of a split's examples, for a vocabulary. */
function* linesOf({ train }: GlueTexts): Generator<string> {
  for (const { text } of train) {
    if (typeof text === 'string') yield text;
    else yield* text;
  }
}

export const glue: TaskKind<GlueConfig> = {
  name: 'glue',
  title: 'Training on GLUE',
  fixed: ['data.name', 'data.length', 'data.vocab_size', 'data.lowercase'],

  sources(options, before, cwd) {
    const data = options.data === undefined ? before?.data : resolve(cwd, options.data);
    const tokenizer = options.tokenizer === undefined ? before?.tokenizer : folderOrName(options.tokenizer, cwd);
    const from = options.from === undefined ? before?.from : folderOrName(options.from, cwd);
    if (data === undefined)
      throw new UsageError("want --data DIR: the folder of the task's train.tsv and dev.tsv, e.g. --data glue/CoLA");
    return { data, ...(tokenizer !== undefined && { tokenizer }), ...(from !== undefined && { from }) };
  },

  async open(config, sources, { tokenizer: earlier }) {
    const spec = glueTask(config.data.name);
    const texts = await failing(() => readTexts(config, sources.data!));
    const tokenizer = earlier ?? (await tokenizerFor(sources, config.data, () => linesOf(texts)));
    const task = await failing(() => makeTask(config, texts, tokenizer));
    const { from } = sources;
    const passedOver = format.count(texts.passedOver);
    const heldOut = Object.entries(texts.dev).map(([split, { length }]) => `${format.count(length)} of ${split}`);
    return {
      task,
      model: {
        model_type: 'orchid-bert',
        vocab_size: tokenizer.vocabSize,
        ...modelKeys(config.model, config.data.length),
        ...headOf(spec),
      },
      ...(from !== undefined && {
        pretrained: async (): Promise<Model> =>
          (await failing(() => fromPretrained(from, { config: headOf(spec), seed: config.seed }))).model,
      }),
      tokenizer,
      share: { texts, tokenizer: tokenizer.toJSON() } satisfies GlueShare,
      data: `${spec.folder}: ${format.count(texts.train.length)} texts to learn from; ${sayTokenizer(sources, tokenizer)}`,
      facts: [
        ...(from === undefined ? [] : [['pretrained', from] as const]),
        ['held out', `${heldOut.join(', ')}; judged by ${spec.metrics.join(' and ')}`],
        ...(texts.passedOver > 0
          ? [['passed over', `${passedOver} lines with a wrong number of columns`] as const]
          : []),
      ],
      async conclude(model, _ended, pieces) {
        const facts: Fact[] = [];
        let score: number | undefined;
        for (const [split, examples] of Object.entries(texts.dev)) {
          const data = datasetOf(config, { train: texts.train, dev: { [split]: examples } }, tokenizer);
          const { loss, ...scores } = await task.test(model as TextClassifier, data.evalBatches(), undefined, pieces);
          const all = Object.entries(scores).map(([name, value]) => `${name} ${format.score(name, value)}`);
          facts.push([split, `${all.join(', ')} (loss ${format.loss(loss)})`]);
          score ??= scores[spec.metrics[0]!];
        }
        return { score, facts };
      },
    };
  },

  taskFor: (config, share) => taskOfShare(config, share as GlueShare),

  suggest: (program, folder, { data, training }) => [
    [
      `${program} predict ${folder} "a text"${glueTask(data.name).files.texts.length > 1 ? ' "a second text"' : ''}`,
      'ask it',
    ],
    [`${program} eval ${folder}`, 'measure it again'],
    [`${program} train glue --resume ${folder} --steps ${2 * training.steps}`, 'train on'],
  ],

  evaluate: evaluateGlue,
  preprocessor: ({ data }) => ({
    task: 'text-classification',
    texts: glueTask(data.name).files.texts.length === 1 ? 1 : 2,
    max_length: data.length,
    pad_to_multiple_of: data.bucket,
  }),
};
