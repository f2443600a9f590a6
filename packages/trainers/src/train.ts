// The training loop: steps, evaluations, checkpoints, and a clean stop when asked.
import type { Module } from '@orchid-ml/dd-conv';
import { breathe } from './breathe.ts';
import type { CheckpointStore, TrainerState } from './checkpoints.ts';
import { TrainingDivergedError } from './diverged.ts';
import { isFiniteModel } from './finite.ts';
import type { MemoryOptions } from './gradients.ts';
import type { Optimizer } from './optimizers/optimizer.ts';
import { evaluateTogether } from './parallel/evaluate-together.ts';
import type { Replicas } from './parallel/replicas.ts';
import { RunningMeans, type Speed, Stopwatch } from './progress.ts';
import type { Schedule } from './schedules/index.ts';
import { chooseSteps } from './steps/choose.ts';
import type { KnownSteps } from './steps/steps.ts';
import type { Scores, Task } from './tasks/task.ts';

export interface StepEvent extends Speed {
  /** Steps done, this one included. */
  readonly step: number;
  /** Steps of the whole run. */
  readonly steps: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Running means of the loss and the metrics over the last steps. */
  readonly means: Readonly<Record<string, number>>;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** Of parameters without a rate of their own. */
  readonly learningRate: number;
}

export interface EvaluateEvent {
  readonly step: number;
  readonly steps: number;
  readonly scores: Scores;
  readonly seconds: number;
}

export interface CheckpointEvent {
  readonly step: number;
  readonly path: string;
}

export interface TrainResult {
  /** Steps done in all, those before a resumption included. */
  readonly step: number;
  /** `done`: all steps; `aborted`: by the signal, be it in the evaluation after the last step; `stopped`: a callback said so. */
  readonly reason: 'done' | 'aborted' | 'stopped';
  /** Of the last evaluation that was finished, if there was one. */
  readonly scores: Scores | undefined;
  /** Running means at the end. */
  readonly means: Readonly<Record<string, number>>;
  readonly elapsedSeconds: number;
  readonly lastCheckpoint: string | undefined;
}

/** All are awaited. Where `onStep` or `onEvaluate` gives `'stop'`, the run ends cleanly: a checkpoint is saved, `onEnd` called. */
export interface TrainCallbacks {
  onStep?(event: StepEvent): unknown;
  onEvaluate?(event: EvaluateEvent): unknown;
  onCheckpoint?(event: CheckpointEvent): void | Promise<void>;
  onEnd?(result: TrainResult): void | Promise<void>;
}

export interface TrainOptions<M extends Module, B> {
  readonly model: M;
  readonly task: Task<M, B>;
  readonly optimizer: Optimizer;
  /** Default: a factor of 1 throughout. */
  readonly schedule?: Schedule;
  /** Steps of the whole run; a resumed run does what is left. */
  readonly steps: number;
  /** Steps done already, as {@link TrainerState} says. Default 0. */
  readonly startStep?: number;
  /** Largest global norm of the gradient. Default 1; null never clips. */
  readonly clipNorm?: number | null;
  /** How a step saves memory, as `planMemory` says. Default: not at all. */
  readonly memory?: MemoryOptions;
  /** Evaluate after every so many steps, and at the end. Default: never. */
  readonly evaluateEvery?: number;
  /** Where checkpoints go: `checkpointDirectory` of `@orchid-ml/trainers/node`, or a store of one's own. */
  readonly checkpoints?: CheckpointStore<M>;
  /** Save after every so many steps; with a store, the end and an abort are saved in any case. Default: only those. */
  readonly checkpointEvery?: number;
  /** Steps of the running means. Default 100. */
  readonly window?: number;
  /**
   * Results are read from the device every so many steps at the latest (a second ends a group of steps earlier), and `onStep` is
   * then called for each of them: where reading makes the device wait, it need not wait. Losses and updates are the same. More
   * than 1 is not for `replicas`. Default: 1 on wasm and cpu, which have computed by the time an op returns, elsewhere 10.
   */
  readonly readEvery?: number;
  /** Recorded in checkpoints. */
  readonly seed?: number;
  readonly callbacks?: TrainCallbacks;
  /**
   * Workers that train data-parallel with this thread, each on its own part of every batch: `startReplicas` of
   * `@orchid-ml/trainers/node`. Losses and updates are those of one thread, to float32 rounding. The caller closes them.
   */
  readonly replicas?: Replicas;
  /** Stops after the current step (and those that the device has been given already), saves, and returns with the reason `aborted`. */
  readonly signal?: AbortSignal;
}

/**
 * Trains a model. Given the same seeds, engine and machine, the losses are the same numbers every time.
 *
 * @throws TrainingDivergedError at a loss or gradient that is not finite, before it changes a parameter, and at parameters
 *   that are not finite, before they replace a checkpoint
 * @throws WorkerError when one of the replicas is lost; the last checkpoint stays as it is
 * @throws Error naming the option that does not fit; and whatever the task, the store or a callback throws
 */
export async function train<M extends Module, B>(options: TrainOptions<M, B>): Promise<TrainResult> {
  const {
    model,
    task,
    optimizer,
    schedule,
    steps,
    startStep = 0,
    clipNorm = 1,
    callbacks = {},
    signal,
    replicas,
    memory,
  } = options;
  check(options, startStep);
  const { checkpoints, evaluateEvery, checkpointEvery } = options;
  const means = new RunningMeans(options.window ?? 100);
  // A disk that cannot be written to is better found now than after an hour.
  await checkpoints?.prepare();
  const watch = new Stopwatch();
  let step = startStep;
  let saved = -1;
  let scores: Scores | undefined;
  let stopped = false;
  let cut = false;

  // A plan is made for the sequences that one thread computes at once; here one thread has all of a batch.
  const pieces = memory ? (memory.microBatches ?? 1) * (replicas?.size ?? 1) : 1;

  async function evaluate(): Promise<void> {
    const began = performance.now();
    try {
      scores = await evaluateTogether({ model, task }, replicas, signal, pieces);
    } catch (error) {
      if (!signal?.aborted || error !== signal.reason) throw error;
      cut = true;
      return;
    }
    const seconds = (performance.now() - began) / 1000;
    if ((await callbacks.onEvaluate?.({ step, steps, scores, seconds })) === 'stop') stopped = true;
  }

  async function save(): Promise<void> {
    if (!checkpoints || saved === step) return;
    if (!(await isFiniteModel(model))) {
      const what = 'a parameter is not finite, and the model was not saved';
      throw new TrainingDivergedError({ step, what, lastCheckpoint: checkpoints.last });
    }
    const path = await checkpoints.save({ model, optimizer, state: stateOf(options, step) });
    saved = step;
    await callbacks.onCheckpoint?.({ step, path });
  }

  function tell(known: readonly KnownSteps[]): Promise<void> {
    return known.reduce((before, group) => before.then(() => tellOf(group)), Promise.resolve());
  }

  async function tellOf({ results, at }: KnownSteps): Promise<void> {
    const speed = watch.end(task.tokensPerBatch, steps - step - results.length, results.length, at);
    for (const { loss, metrics, gradientNorm, updated } of results) {
      if (!updated) {
        const culprit = Number.isFinite(loss) ? `the gradient's norm is ${gradientNorm}` : `the loss is ${loss}`;
        const what = `${culprit}${whose(replicas)}, and the parameters were not updated`;
        throw new TrainingDivergedError({ step: step + 1, what, lastCheckpoint: checkpoints?.last });
      }
      const learningRate = optimizer.learningRate * (schedule?.factor(step) ?? 1);
      step++;
      means.add({ loss, ...metrics });
      const event = { step, steps, loss, metrics, means: means.means, gradientNorm, learningRate, ...speed };
      if ((await callbacks.onStep?.(event)) === 'stop') stopped = true;
    }
  }

  const leader = { model, task, optimizer };
  await replicas?.join(leader);
  const maker = chooseSteps(leader, { clipNorm, ...memory }, replicas, options.readEvery);
  try {
    // Steps that are made; `step` counts those that are known.
    let made = startStep;
    while (made < steps && !stopped && !signal?.aborted) {
      if (made === step) watch.begin();
      const known = await maker.make(schedule?.factor(made) ?? 1);
      made++;
      await tell(known);
      await breathe();
      const isDue = (every: number | undefined) => every !== undefined && made % every === 0;
      const isLast = () => made === steps || stopped || signal?.aborted === true;
      if (isLast() || isDue(evaluateEvery) || isDue(checkpointEvery)) await tell(await maker.rest());
      const last = isLast();
      if (evaluateEvery && (last || isDue(evaluateEvery))) {
        if (signal?.aborted) cut = true;
        else await evaluate();
      }
      if (last || isDue(checkpointEvery)) await save();
    }
  } finally {
    maker.dispose();
  }
  // An abort or a stop that came during an evaluation has not been saved yet.
  if (step > startStep) await save();
  const reason = step >= steps && !cut ? 'done' : stopped ? 'stopped' : 'aborted';
  const result: TrainResult = {
    step,
    reason,
    scores,
    means: means.means,
    elapsedSeconds: watch.elapsedSeconds,
    lastCheckpoint: checkpoints?.last,
  };
  await callbacks.onEnd?.(result);
  return result;
}

/** Where a number that is not finite came from, if not from everywhere. */
function whose(replicas: Replicas | undefined): string {
  const ranks = replicas?.notFinite() ?? [];
  if (ranks.length === 0 || ranks.length === replicas?.size) return '';
  return ` (from the part of the batch of the worker${ranks.length > 1 ? 's' : ''} of rank ${ranks.join(', ')})`;
}

function stateOf<M extends Module, B>(options: TrainOptions<M, B>, step: number): TrainerState {
  const { task, optimizer, schedule, steps, clipNorm = 1, seed } = options;
  return {
    version: 1,
    step,
    steps,
    seed: seed ?? null,
    clipNorm,
    schedule: schedule ? schedule.options : null,
    optimizer: optimizer.settings,
    task: { name: task.name, settings: task.settings, state: task.state },
  };
}

function check<M extends Module, B>(options: TrainOptions<M, B>, startStep: number): void {
  const whole = (name: 'steps' | 'evaluateEvery' | 'checkpointEvery' | 'window' | 'readEvery') => {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw new Error(`train: ${name} is ${value}; want an integer of at least 1`);
    }
  };
  whole('steps');
  whole('evaluateEvery');
  whole('checkpointEvery');
  whole('window');
  whole('readEvery');
  if (!(Number.isInteger(startStep) && startStep >= 0)) {
    throw new Error(`train: startStep is ${startStep}; want an integer of at least 0`);
  }
  const { clipNorm, checkpointEvery, checkpoints } = options;
  if (clipNorm !== undefined && clipNorm !== null && !(clipNorm > 0)) {
    throw new Error(`train: clipNorm is ${clipNorm}; want a number above 0, or null`);
  }
  if (checkpointEvery !== undefined && !checkpoints) {
    throw new Error('train: checkpointEvery is set, but there is no store in checkpoints');
  }
}
