// `orchid train mlm`: a language model that fills in what is hidden, from a text file of the user's.
import { resolve } from 'node:path';
import type { TrainOptions } from '../config/options.ts';
import { Failure, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { startEngine } from '../run/engine.ts';
import { planSteps } from '../run/memory.ts';
import { makeDataset, makeTokenizer, readText } from '../run/mlm-data.ts';
import { earlierCheckpoint, makeParts, openFolder, planRun } from '../run/start.ts';
import { makeMlmTask, shareTokens } from '../run/tasks.ts';
import { trainRun } from '../run/train-run.ts';
import { suggestions } from '../ui/banner.ts';
import * as format from '../ui/format.ts';

export async function run(_args: readonly string[], options: TrainOptions, io: Io): Promise<number> {
  const plan = planRun('mlm', options, io);
  const { config } = plan;
  const absolute = (file: string | undefined, before: string | null | undefined): string | null =>
    file === undefined ? (before ?? null) : resolve(io.cwd, file);
  const textFile = absolute(options.text, plan.earlier?.record.text);
  const evalFile = absolute(options.evalText, plan.earlier?.record.evalText);
  if (textFile === null)
    throw new UsageError('want --text FILE, a UTF-8 text to learn from, e.g. `orchid train mlm --text book.txt`');
  const text = await readText(io.cwd, textFile);
  const evalText = evalFile === null ? null : await readText(io.cwd, evalFile);
  const fresh = plan.earlier ? null : await makeTokenizer(config, text);
  if (fresh) await makeDataset(config, fresh, { text, evalText });
  const engine = await startEngine(options.backend, options.blas);
  const checkpoint = await earlierCheckpoint(plan);
  const tokenizer = fresh ?? checkpoint?.tokenizer;
  if (!tokenizer) throw new Failure(`${plan.earlier?.shown}/checkpoint has no tokenizer.json`);
  const dataset = await makeDataset(config, tokenizer, { text, evalText });
  const task = makeMlmTask(config, dataset);
  const { model, optimizer, startStep } = await makeParts(plan, checkpoint, tokenizer.vocabSize, task);
  try {
    const record = {
      preset: options.preset ?? plan.earlier?.record.preset ?? 'mlm',
      config,
      text: textFile,
      evalText: evalFile,
    };
    // Before the folder is touched: a run that cannot fit leaves everything as it was.
    const stepPlan = planSteps(config, { model, task, optimizer, startStep }, options.workers, engine.name);
    const folder = await openFolder(plan, record, options, startStep, io);
    const windows = Math.min(config.data.eval_windows, dataset.heldOutWindows);
    const unigram = dataset.unigramBaseline(config.data.eval_windows);
    const baseline = `loss ${format.loss(unigram.loss)}, accuracy ${format.percent(unigram.accuracy)}`;
    const ended = await trainRun(
      {
        title: 'Training Orchid as a masked-language model',
        config,
        engine,
        folder,
        model,
        task,
        tokenizer,
        optimizer,
        plan: stepPlan,
        recipe: {
          kind: 'mlm',
          backend: engine.name,
          blas: options.blas,
          config,
          model: model.config,
          tokens: shareTokens(dataset, tokenizer),
        },
        startStep,
        data: `${textFile}: ${format.count(dataset.trainIds.length)} tokens to learn from, vocabulary ${tokenizer.vocabSize} (${tokenizer.type})`,
        facts: [
          [
            'held out',
            `${evalFile ?? 'its end'}: ${format.count(dataset.heldOutIds.length)} tokens, ${windows} windows used`,
          ],
          ['unigram', `${baseline} on the held-out masks: what guessing by frequency reaches`],
        ],
        conclude: ({ loss = Number.NaN, accuracy = 0 }) => [
          ['held out', `loss ${format.loss(loss)}, accuracy ${format.percent(accuracy)}`],
          ['unigram', baseline],
        ],
        logEvery: options.logEvery,
      },
      io,
    );
    if (ended.interrupted) return 130;
    const { accuracy = 0 } = ended;
    const own = folder.argument;
    suggestions(io, [
      [`${io.program} predict ${own} "a text with some ch[MASK]racters hidden"`, 'fill masks'],
      [`${io.program} eval ${own} --text FILE`, 'measure it on another text'],
      [`${io.program} train mlm --resume ${own} --steps ${2 * config.training.steps}`, 'train on'],
    ]);
    const required = config.training.require_accuracy;
    if (required !== null && accuracy < required)
      throw new Failure(
        `the held-out accuracy is ${format.percent(accuracy)}; training.require_accuracy asks for ${format.percent(required)}. More steps (--steps) may mend it.`,
      );
    return 0;
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}
