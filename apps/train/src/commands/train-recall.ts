// `orchid train recall`: the in-context-learning task, from nothing to above 99 % in minutes.
import pc from 'picocolors';
import type { TrainOptions } from '../config/options.ts';
import { Failure, failing } from '../errors.ts';
import type { Io } from '../io.ts';
import { startEngine } from '../run/engine.ts';
import { piecesOf, planSteps } from '../run/memory.ts';
import { earlierCheckpoint, makeParts, openFolder, planRun } from '../run/start.ts';
import { makeRecallTask } from '../run/tasks.ts';
import { trainRun } from '../run/train-run.ts';
import { suggestions } from '../ui/banner.ts';
import * as format from '../ui/format.ts';

export async function run(_args: readonly string[], options: TrainOptions, io: Io): Promise<number> {
  const plan = planRun('recall', options, io);
  const { config } = plan;
  const { length, vocab_size: vocab, test_sequences } = config.data;
  const task = await failing(() => makeRecallTask(config));
  const engine = await startEngine(options.backend, options.blas);
  const checkpoint = await earlierCheckpoint(plan);
  const { model, optimizer, startStep } = await makeParts(plan, checkpoint, vocab, task);
  try {
    const record = {
      preset: options.preset ?? plan.earlier?.record.preset ?? 'recall',
      config,
      text: null,
      evalText: null,
    };
    // Before the folder is touched: a run that cannot fit leaves everything as it was.
    const stepPlan = planSteps(config, { model, task, optimizer, startStep }, options.workers, engine.name);
    const folder = await openFolder(plan, record, options, startStep, io);
    const chance = 2 / (vocab - 2);
    const required = config.training.require_accuracy;
    let accuracy = 0;
    const ended = await trainRun(
      {
        title: 'Training Orchid on associative recall',
        config,
        engine,
        folder,
        model,
        task,
        tokenizer: null,
        optimizer,
        plan: stepPlan,
        recipe: { kind: 'recall', backend: engine.name, blas: options.blas, config, model: model.config },
        startStep,
        data: `fresh sequences of ${length} tokens, vocabulary ${vocab}; guessing is right in ${format.percent(chance)}`,
        facts: [],
        async conclude() {
          const test = await task.test(model, test_sequences, 'test', undefined, piecesOf(stepPlan));
          accuracy = test.accuracy!;
          const shown = `${format.percent(accuracy)} of ${format.count(test_sequences)} fresh sequences answered right`;
          const coloured = accuracy >= (required ?? 0) ? pc.green(shown) : pc.red(shown);
          return [['test', `${coloured} (loss ${format.loss(test.loss)})`]];
        },
        logEvery: options.logEvery,
      },
      io,
    );
    if (ended.interrupted) return 130;
    const own = folder.argument;
    suggestions(io, [
      [`${io.program} predict ${own}`, 'ask it one question'],
      [`${io.program} eval ${own} --sequences 5000`, 'measure it on more sequences'],
      [`${io.program} train recall --set data.length=256`, 'longer sequences'],
      [`${io.program} train mlm --text FILE`, 'a language model on a text of yours'],
    ]);
    if (required !== null && accuracy < required)
      throw new Failure(
        `the accuracy is ${format.percent(accuracy)}; training.require_accuracy asks for ${format.percent(required)}. ` +
          'More steps (--steps) or another seed (--seed) usually mend it.',
      );
    return 0;
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}
