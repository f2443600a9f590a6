// Associative recall: the in-context-learning task, from nothing to above 99 % in minutes.
import type { SequenceModel } from '@orchid-ml/orchid-models';
import { type RecallTask, recallTask } from '@orchid-ml/trainers';
import pc from 'picocolors';
import type { RecallConfig } from '../../config/schema.ts';
import { failing } from '../../errors.ts';
import * as format from '../../ui/format.ts';
import type { TaskKind } from '../kind.ts';
import { modelKeys } from '../model-keys.ts';
import { evaluateRecall } from './evaluate.ts';

/** @throws Error naming the setting that does not fit */
function makeTask({ data, training, seed }: RecallConfig): RecallTask {
  return recallTask({
    length: data.length,
    vocabSize: data.vocab_size,
    batchSize: training.batch_size,
    seed,
    evaluationSequences: data.validation_sequences,
  });
}

export const recall: TaskKind<RecallConfig> = {
  name: 'recall',
  title: 'Training Orchid on associative recall',
  fixed: ['data.length', 'data.vocab_size'],
  sources: () => ({}),

  async open(config) {
    const { length, vocab_size: vocab, test_sequences } = config.data;
    const task = await failing(() => makeTask(config));
    const chance = format.percent(2 / (vocab - 2));
    return {
      task,
      model: { model_type: 'orchid-recall', vocab_size: vocab, ...modelKeys(config.model, length) },
      tokenizer: null,
      share: null,
      data: `fresh sequences of ${length} tokens, vocabulary ${vocab}; guessing is right in ${chance}`,
      facts: [],
      async conclude(model, _ended, pieces) {
        const test = await task.test(model as SequenceModel, test_sequences, 'test', undefined, pieces);
        const accuracy = test.accuracy!;
        const shown = `${format.percent(accuracy)} of ${format.count(test_sequences)} fresh sequences answered right`;
        const coloured = accuracy >= (config.training.require_accuracy ?? 0) ? pc.green(shown) : pc.red(shown);
        return { score: accuracy, facts: [['test', `${coloured} (loss ${format.loss(test.loss)})`]] };
      },
    };
  },

  taskFor: makeTask,

  suggest: (program, folder) => [
    [`${program} predict ${folder}`, 'ask it one question'],
    [`${program} eval ${folder} --sequences 5000`, 'measure it on more sequences'],
    [`${program} train recall --set data.length=256`, 'longer sequences'],
    [`${program} train mlm --text FILE`, 'a language model on a text of yours'],
  ],

  evaluate: evaluateRecall,
  preprocessor: ({ data }) => ({ task: 'recall', length: data.length }),
};
