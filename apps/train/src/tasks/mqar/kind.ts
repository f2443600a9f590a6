// Multi-query associative recall: many queries a sequence over a large vocabulary, which tells architectures apart.
import type { SequenceModel } from '@orchid-ml/orchid-models';
import { type MqarTask, mqarTask } from '@orchid-ml/trainers';
import type { MqarConfig } from '../../config/text-schema.ts';
import { Failure, failing, UsageError } from '../../errors.ts';
import type { Saved } from '../../run/saved.ts';
import * as format from '../../ui/format.ts';
import type { EvaluateOptions, Result, TaskKind } from '../kind.ts';
import { lengthFor } from '../length.ts';
import { modelKeys } from '../model-keys.ts';
import { sequenceModelOf } from '../saved-parts.ts';

function makeTask({ data, training, seed }: MqarConfig): MqarTask {
  return mqarTask({
    length: data.length,
    vocabSize: data.vocab_size,
    ...(data.pairs !== null && { pairs: data.pairs }),
    power: data.power,
    randomFill: data.random_fill,
    batchSize: training.batch_size,
    seed,
    evaluationSequences: data.validation_sequences,
  });
}

const chance = ({ data }: MqarConfig) => 2 / data.vocab_size;

async function evaluate(saved: Saved, options: EvaluateOptions): Promise<Result> {
  const { record, folder } = saved;
  if (record?.config.task !== 'mqar')
    throw new Failure(`${folder} has no run.json beside it, which says how its sequences were made`);
  if (options.text !== undefined || options.data !== undefined)
    throw new UsageError('--text and --data are for other tasks; this model is measured on sequences drawn afresh');
  const model = sequenceModelOf(saved);
  const { config } = record;
  const length = lengthFor(model.config.max_position_embeddings, config.data.length, options.length);
  const seed = options.seed ?? config.seed;
  const task = await failing(() => makeTask({ ...config, seed, data: { ...config.data, length } }));
  const { loss, accuracy } = await task.test(model, options.sequences, 'eval');
  return {
    task: 'mqar',
    sequences: options.sequences,
    length,
    seed,
    loss,
    accuracy: accuracy!,
    chance: chance(config),
  };
}

export const mqar: TaskKind<MqarConfig> = {
  name: 'mqar',
  title: 'Training Orchid on multi-query associative recall',
  fixed: ['data.length', 'data.vocab_size'],
  sources: () => ({}),

  async open(config) {
    const { length, vocab_size: vocab, pairs, test_sequences } = config.data;
    const task = await failing(() => makeTask(config));
    const queries = pairs ?? Math.floor(length / 8);
    return {
      task,
      model: { model_type: 'orchid-masked-lm', vocab_size: vocab, ...modelKeys(config.model, length) },
      tokenizer: null,
      share: null,
      data:
        `fresh sequences of ${format.count(length)} tokens, ${queries} pairs and queries each, vocabulary ` +
        `${format.count(vocab)}; guessing a value is right in ${format.percent(chance(config))}`,
      facts: [],
      async conclude(model, _ended, pieces) {
        const test = await task.test(model as SequenceModel, test_sequences, 'test', undefined, pieces);
        const shown = `${format.percent(test.accuracy!)} of the queries of ${format.count(test_sequences)} fresh sequences`;
        return { score: test.accuracy, facts: [['test', `${shown} (loss ${format.loss(test.loss)})`]] };
      },
    };
  },

  taskFor: makeTask,

  suggest: (program, folder) => [
    [`${program} eval ${folder} --sequences 5000`, 'measure it on more sequences'],
    [`${program} study mqar --mixer orchid,attention,hyena --steps 2000`, 'see it beside other mixers'],
  ],

  evaluate,
  preprocessor: () => null,
};
