// `orchid train <task>`: one run from its options to what to do next, whatever the task.
import { parameterCount } from '@orchid-ml/orchid-models';
import type { TrainOptions } from '../config/options.ts';
import type { Task as TaskName } from '../config/schema.ts';
import { Failure } from '../errors.ts';
import type { Io } from '../io.ts';
import { startEngine } from '../run/engine.ts';
import type { RunFolder } from '../run/folder.ts';
import { piecesOf, planSteps } from '../run/memory.ts';
import { mixerOf } from '../run/model-in-words.ts';
import { earlierCheckpoint, makeParts, openFolder, planRun } from '../run/start.ts';
import { trainRun } from '../run/train-run.ts';
import { loadKind } from '../tasks/index.ts';
import { suggestions } from '../ui/banner.ts';
import * as format from '../ui/format.ts';

/** The command of a task. */
export function trainCommand(name: TaskName) {
  return async (_args: readonly string[], options: TrainOptions, io: Io): Promise<number> => {
    const kind = await loadKind(name);
    const plan = planRun(kind, options, io);
    const { config, earlier } = plan;
    const sources = kind.sources(options, earlier?.record.sources, io.cwd);
    // Of a new run, what is wrong with the data is said before an engine starts.
    const fresh = earlier ? null : await kind.open(config, sources, { io, tokenizer: null });
    const engine = await startEngine(options.backend, options.blas, options.precision);
    const checkpoint = await earlierCheckpoint(plan);
    const opened = fresh ?? (await kind.open(config, sources, { io, tokenizer: checkpoint?.tokenizer ?? null }));
    const { model, optimizer, startStep } = await makeParts(plan, checkpoint, opened).catch(async (error: unknown) => {
      await opened.close?.();
      throw error;
    });
    try {
      const { task } = opened;
      const record = { preset: options.preset ?? earlier?.record.preset ?? name, config, sources };
      // Before the folder is touched: a run that cannot fit leaves everything as it was.
      const stepPlan = planSteps(config, { model, task, optimizer, startStep }, options.workers, engine.name);
      const folder = await openFolder(plan, record, options, startStep, io);
      let score: number | undefined;
      const ended = await trainRun(
        {
          title: kind.title,
          config,
          engine,
          folder,
          model,
          task,
          tokenizer: opened.tokenizer,
          preprocessor: kind.preprocessor(config),
          optimizer,
          plan: stepPlan,
          recipe: {
            kind: 'task',
            backend: engine.name,
            blas: options.blas,
            config,
            model: model.config,
            share: opened.share,
          },
          startStep,
          data: opened.data,
          facts: opened.facts,
          async conclude(ended) {
            const conclusion = await opened.conclude(model, ended, piecesOf(stepPlan));
            score = conclusion.score;
            return conclusion.facts;
          },
          logEvery: options.logEvery,
        },
        io,
      );
      if (ended.interrupted) return 130;
      folder.finish({
        task: name,
        mixer: mixerOf(model),
        parameters: parameterCount(model),
        steps: ended.steps,
        seconds: ended.seconds,
        stepMs: medianStep(folder),
        tokensPerSecond: (Math.max(1, ended.steps - startStep) * task.tokensPerBatch) / ended.seconds,
        peakResidentBytes: 1024 * process.resourceUsage().maxRSS,
        scoreName: task.score ?? 'accuracy',
        score: score ?? null,
        evaluation: ended.scores ?? null,
        engine: String(engine),
      });
      const isAsked = kind.preprocessor(config) !== null;
      suggestions(io, [
        ...kind.suggest(io.program, folder.argument, config),
        ...(isAsked ? [[`${io.program} serve ${folder.argument}`, 'let it answer over HTTP'] as const] : []),
      ]);
      const required = config.training.require_accuracy;
      if (required !== null && !((score ?? Number.NaN) >= required)) throw tooLow(score, required);
      return 0;
    } finally {
      await opened.close?.();
      optimizer.dispose();
      model.dispose();
    }
  };
}

function medianStep(folder: RunFolder): number {
  const times = folder
    .metrics()
    .flatMap(({ kind, ms }) => (kind === 'step' && typeof ms === 'number' ? [ms] : []))
    .sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? Number.NaN;
}

function tooLow(score: number | undefined, required: number): Failure {
  const reached = score === undefined ? 'is not known' : `is ${format.percent(score)}`;
  return new Failure(
    `the accuracy ${reached}; training.require_accuracy asks for ${format.percent(required)}. More steps (--steps) or ` +
      'another seed (--seed) usually mend it.',
  );
}
