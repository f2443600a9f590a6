// One training run from its folder to its last line, whatever the task: banner, progress, checkpoints, Ctrl-C, the end.
import type { BackendInfo } from '@orchid-ml/backends';
import { type Model, parameterCount } from '@orchid-ml/orchid-models';
import type { Preprocessor } from '@orchid-ml/pipelines';
import type { Tokenizer } from '@orchid-ml/tokenizers';
import {
  type AdamW,
  createSchedule,
  type Scores,
  type Task,
  TrainingDivergedError,
  train,
  WorkerError,
} from '@orchid-ml/trainers';
import { checkpointDirectory } from '@orchid-ml/trainers/node';
import type { RunConfig } from '../config/schema.ts';
import { CommandError, Failure, messageOf, systemCode } from '../errors.ts';
import { type Io, say } from '../io.ts';
import { banner, facts } from '../ui/banner.ts';
import * as format from '../ui/format.ts';
import { coursePlot } from '../ui/plot.ts';
import { Progress } from '../ui/progress.ts';
import type { RunFolder } from './folder.ts';
import { memoryInUse, type StepPlan, sayPeak, sayPlan } from './memory.ts';
import { architecture } from './model-in-words.ts';
import type { Recipe } from './recipe.ts';
import { startWorkers } from './workers.ts';

/** A line of the banner or of the summary. */
export type Fact = readonly [label: string, value: string];

/** What a task brings to a run. */
export interface Job<Batch> {
  readonly title: string;
  readonly config: RunConfig;
  readonly engine: BackendInfo;
  readonly folder: RunFolder;
  readonly model: Model;
  readonly task: Task<Model, Batch>;
  readonly tokenizer: Tokenizer | null;
  /** how inputs are made for the trained model; null for one that is not asked anything */
  readonly preprocessor: Preprocessor | null;
  readonly optimizer: AdamW;
  /** workers, micro-batches, recomputation */
  readonly plan: StepPlan;
  /** what each worker's thread makes the same model, task and optimizer from */
  readonly recipe: Recipe;
  /** steps done by an earlier process */
  readonly startStep: number;
  /** the data in words, for the banner */
  readonly data: string;
  /** further lines of the banner */
  readonly facts: readonly Fact[];
  /** measures the finished run and says so in further lines of its summary */
  readonly conclude: (ended: Ended) => Promise<readonly Fact[]> | readonly Fact[];
  /** seconds between two log lines without a terminal */
  readonly logEvery: number;
}

/** How a run ended. */
export interface Ended {
  /** 130 after Ctrl-C: nothing more is to be printed */
  readonly interrupted: boolean;
  readonly steps: number;
  readonly seconds: number;
  /** of the last evaluation */
  readonly scores: Scores | undefined;
  /** the score that counts, of {@link scores} */
  readonly score: number | undefined;
}

function announce<B>(job: Job<B>, io: Io): void {
  const { config, model } = job;
  const { workers } = job.plan;
  const { optimizer, schedule, training } = config;
  banner(io, job.title, [
    ['engine', String(job.engine)],
    ...(workers > 1 ? [['workers', sayWorkers(workers, training.batch_size)] as const] : []),
    ['model', `${architecture(model)}, ${format.count(parameterCount(model))} parameters`],
    ['data', job.data],
    [
      'plan',
      `${format.count(training.steps)} steps of ${training.batch_size} x ${job.task.tokensPerBatch / training.batch_size} tokens, ` +
        `AdamW at ${optimizer.learning_rate}, ${schedule.kind} after ${schedule.warmup_steps} steps of warm-up`,
    ],
    ['memory', sayPlan(job.plan, training.batch_size)],
    ...(job.startStep > 0 ? [['resumed', `after step ${format.count(job.startStep)}`] as const] : []),
    ...job.facts,
    ['folder', job.folder.shown],
  ]);
}

function sayWorkers(workers: number, sequences: number): string {
  const [least, most] = [Math.floor(sequences / workers), Math.ceil(sequences / workers)];
  const share = least === most ? `${least}` : `${least} or ${most}`;
  return `${workers} workers, a thread with an engine each, for ${share} of the ${sequences} sequences of a step`;
}

/**
 * Trains, shows and saves. Ctrl-C saves a checkpoint and says how to go on; the second Ctrl-C ends the process at once.
 *
 * @throws Failure when the loss is no longer a number or the disk refuses; what was saved before stays as it was
 */
export async function trainRun<B>(job: Job<B>, io: Io): Promise<Ended> {
  const { config, folder, model, task, optimizer } = job;
  const { training, schedule } = config;
  const { workers, memory } = job.plan;
  const scoreName = task.score ?? 'accuracy';
  announce(job, io);
  const interruption = new AbortController();
  const ignore = io.onInterrupt((signal) => {
    if (interruption.signal.aborted) {
      io.exit(130);
      return;
    }
    progress.note(`${signal}: finishing this step and saving; once more ends at once`);
    interruption.abort();
  });
  const progress = new Progress(io, { total: training.steps, from: job.startStep, everySeconds: job.logEvery });
  const checkpoints = checkpointDirectory(folder.checkpoint, {
    resumed: job.startStep > 0,
    ...(job.tokenizer ? { tokenizer: job.tokenizer } : {}),
    ...(job.preprocessor ? { preprocessor: job.preprocessor } : {}),
  });
  const replicas = startWorkers(workers, job.recipe);
  try {
    const result = await train({
      model,
      task,
      optimizer,
      schedule: createSchedule({
        kind: schedule.kind,
        warmupSteps: schedule.warmup_steps,
        totalSteps: training.steps,
        finalFraction: schedule.final_fraction,
      }),
      steps: training.steps,
      startStep: job.startStep,
      clipNorm: config.optimizer.clip_norm,
      evaluateEvery: training.evaluate_every,
      checkpoints,
      memory: { microBatches: memory.microBatches, recompute: memory.recompute },
      ...(replicas ? { replicas } : {}),
      checkpointEvery: training.checkpoint_every,
      window: 50,
      seed: config.seed,
      signal: interruption.signal,
      callbacks: {
        onStep({ step, loss, metrics, means, gradientNorm, learningRate, stepMs, tokensPerSecond, etaSeconds }) {
          const { loss: meanLoss, accuracy } = means;
          const shown = accuracy === undefined ? {} : { accuracy };
          progress.step({ step, loss: meanLoss!, ...shown, tokensPerSecond, etaSeconds });
          const ms = Number(stepMs.toFixed(2));
          folder.log({ kind: 'step', step, loss, ...metrics, learningRate, gradientNorm, ms });
        },
        onEvaluate({ step, scores }) {
          folder.log({ kind: 'evaluation', step, ...scores, memory: memoryInUse() });
          const score = scores[scoreName];
          const shown = score === undefined ? '' : `, ${scoreName} ${format.score(scoreName, score)}`;
          progress.note(`step ${step}: held-out loss ${format.loss(scores.loss)}${shown}`);
          const enough = training.stop_accuracy;
          return enough !== null && score !== undefined && score > enough ? 'stop' : undefined;
        },
      },
    });
    progress.stop();
    const ended: Ended = {
      interrupted: result.reason === 'aborted',
      steps: result.step,
      seconds: result.elapsedSeconds,
      scores: result.scores,
      score: result.scores?.[scoreName],
    };
    if (ended.interrupted && result.step >= training.steps) sayHowToMeasure(job, io);
    else if (ended.interrupted) sayHowToGoOn(job, result.step, result.lastCheckpoint !== undefined, io);
    else await sayHowItWent(job, ended, result.reason === 'stopped', io);
    return ended;
  } catch (error) {
    progress.stop();
    if (error instanceof CommandError) throw error;
    if (error instanceof TrainingDivergedError) throw new Failure(messageOf(error), { cause: error });
    if (error instanceof WorkerError) {
      const kept =
        checkpoints.last === undefined
          ? 'Nothing has been saved yet.'
          : `To go on from the last checkpoint: ${howToGoOn(job, io)}`;
      throw new Failure(`${messageOf(error)}; the run was stopped. ${kept}`, { cause: error });
    }
    // The checkpoint store's errors already say in words what the system refused.
    if (systemCode(error) || messageOf(error).startsWith('checkpoint folder')) {
      throw new Failure(messageOf(error), { cause: error });
    }
    throw error;
  } finally {
    await replicas?.close();
    ignore();
  }
}

function howToGoOn<B>(job: Job<B>, io: Io): string {
  return `${io.program} train ${job.config.task} --resume ${job.folder.argument}`;
}

function sayHowToGoOn<B>(job: Job<B>, step: number, saved: boolean, io: Io): void {
  if (!saved) {
    say(io, `Stopped after step ${step}; nothing has been saved yet.`);
    return;
  }
  say(io, `Stopped and saved after step ${step} of ${job.config.training.steps}. To go on:`);
  say(io, `  ${howToGoOn(job, io)}`);
}

/** Interrupted in the evaluation after the last step: there is nothing left to train. */
function sayHowToMeasure<B>(job: Job<B>, io: Io): void {
  say(io, `All ${format.count(job.config.training.steps)} steps are done and saved. To measure the model:`);
  say(io, `  ${io.program} eval ${job.folder.argument}`);
}

async function sayHowItWent<B>(job: Job<B>, ended: Ended, early: boolean, io: Io): Promise<void> {
  const { steps, seconds } = ended;
  const done = Math.max(1, steps - job.startStep);
  const metrics = job.folder.metrics();
  const times = metrics.filter((metric) => metric.kind === 'step').map(({ ms }) => Number(ms ?? 0));
  const mean = times.reduce((sum, ms) => sum + ms, 0) / Math.max(1, times.length);
  say(io);
  for (const line of coursePlot(metrics, job.task.score)) say(io, line);
  say(io);
  const enough = format.score(job.task.score ?? 'accuracy', job.config.training.stop_accuracy ?? 1);
  const peak = sayPeak(job.plan);
  facts(io, [
    ['steps', `${format.count(steps)}${early ? `, stopped early: above ${enough} on held-out data` : ''}`],
    ['time', `${format.duration(seconds)}, ${mean.toFixed(1)} ms a step`],
    ['speed', `${format.count((done * job.task.tokensPerBatch) / seconds)} tokens/s, evaluations included`],
    ...(peak === null ? [] : [['memory', peak] as const]),
    ['checkpoint', job.folder.shown],
    ...(await job.conclude(ended)),
  ]);
}
