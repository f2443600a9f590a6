// The run of the page Learn: its settings, its curves, and what the visitor does with it.
import {
  type Asked,
  DEFAULT_LEARN,
  type EvaluationPoint,
  type LearnProgress,
  type LearnSettings,
  type LearnStatus,
} from '../../shared/learn.ts';
import { saveFile } from '../files.ts';
import { messageOf } from '../words.ts';
import { engine, type ModelWorker } from './engine.svelte.ts';
import { Turns } from './turns.svelte.ts';

/** Steps that a training curve is smoothed over. */
const WINDOW = 25;

/** Curves, as charts take them. */
class Curves {
  readonly steps: number[] = [];
  readonly loss: number[] = [];
  readonly accuracy: number[] = [];
  /** of held-out sequences; null where there was no evaluation */
  readonly heldOutLoss: (number | null)[] = [];
  readonly heldOutAccuracy: (number | null)[] = [];
  readonly #recent: { loss: number; accuracy: number }[] = [];

  add({ steps, evaluations }: LearnProgress): void {
    for (const { step, loss, accuracy } of steps) {
      this.#recent.push({ loss, accuracy });
      if (this.#recent.length > WINDOW) this.#recent.shift();
      const mean = (key: 'loss' | 'accuracy') =>
        this.#recent.reduce((sum, point) => sum + point[key], 0) / this.#recent.length;
      this.steps.push(step);
      this.loss.push(mean('loss'));
      this.accuracy.push(mean('accuracy'));
      this.heldOutLoss.push(null);
      this.heldOutAccuracy.push(null);
    }
    for (const evaluation of evaluations) this.#addEvaluation(evaluation);
  }

  #addEvaluation({ step, loss, accuracy }: EvaluationPoint): void {
    const at = this.steps.lastIndexOf(step);
    if (at < 0) return;
    this.heldOutLoss[at] = loss;
    this.heldOutAccuracy[at] = accuracy;
  }
}

class Learn extends Turns {
  settings = $state<LearnSettings>({ ...DEFAULT_LEARN });
  status = $state.raw<LearnStatus | null>(null);
  curves = $state.raw(new Curves());
  /** grows with every change of the curves */
  version = $state(0);
  tokensPerSecond = $state(0);
  stepMs = $state(0);
  seconds = $state(0);
  heldOut = $state<number | null>(null);
  asked = $state.raw<Asked | null>(null);
  readonly isRunning = $derived(this.status?.state === 'running');
  /** whether the controls say otherwise than the model there is */
  readonly isChanged = $derived(
    this.status !== null && JSON.stringify(this.status.settings) !== JSON.stringify($state.snapshot(this.settings)),
  );
  #run: Promise<void> | null = null;

  constructor() {
    super();
    engine.onWorker.push((worker) => worker.on('learn.progress', (progress) => this.#hear(progress)));
    engine.movers.push({ leave: () => this.#leave(), lose: () => this.#lose() });
  }

  #hear(progress: LearnProgress): void {
    this.curves.add(progress);
    this.version++;
    this.tokensPerSecond = progress.tokensPerSecond;
    this.stepMs = progress.stepMs;
    this.seconds += (progress.stepMs * progress.steps.length) / 1000;
    this.heldOut = progress.evaluations.at(-1)?.accuracy ?? this.heldOut;
    const step = progress.steps.at(-1)?.step;
    if (this.status && step !== undefined) this.status = { ...this.status, step };
  }

  /** Trains: a new model where there is none, or where the settings have changed. */
  train(): Promise<boolean> {
    return this.take(async () => {
      const worker = await engine.worker();
      if (!this.status || this.isChanged) await this.#begin();
      this.#goOn(worker);
    });
  }

  #goOn(worker: ModelWorker): void {
    this.status = { ...this.status!, state: 'running', note: null };
    this.#run = worker
      .call('learn.run', null)
      .then((status) => {
        this.status = status;
      })
      .catch((error: unknown) => {
        this.error = messageOf(error);
        if (this.status) this.status = { ...this.status, state: 'paused' };
      });
  }

  pause(): Promise<boolean> {
    return this.take(async () => this.#pause(await engine.worker()));
  }

  async #pause(worker: ModelWorker): Promise<void> {
    this.status = await worker.call('learn.pause', null);
    await this.#run;
  }

  /** A fresh model with the settings as they are. */
  reset(): Promise<boolean> {
    return this.take(() => this.#begin());
  }

  async #begin(): Promise<void> {
    const worker = await engine.worker();
    const status = await worker.call('learn.begin', $state.snapshot(this.settings));
    await this.#run;
    this.#take(status);
  }

  #take(status: LearnStatus): void {
    this.status = status;
    this.settings = { ...status.settings };
    this.curves = new Curves();
    this.version++;
    this.tokensPerSecond = 0;
    this.stepMs = 0;
    this.seconds = 0;
    this.heldOut = null;
    this.asked = null;
  }

  /** Asks the model; with no sequence, one that is drawn. */
  ask(sequence: string): Promise<boolean> {
    return this.take(async () => {
      const worker = await engine.worker();
      if (!this.status) await this.#begin();
      this.asked = await worker.call('learn.ask', { sequence, seed: Math.floor(Math.random() * 2 ** 31) });
    });
  }

  save(): Promise<boolean> {
    return this.take(async () => {
      const worker = await engine.worker();
      // Weights that are read one by one while steps go on would be of several steps.
      const goesOn = this.isRunning;
      if (goesOn) await this.#pause(worker);
      saveFile(`orchid-recall-step-${this.status?.step ?? 0}.zip`, await worker.call('learn.save', null));
      if (goesOn && this.status?.state === 'paused') this.#goOn(worker);
    });
  }

  open(files: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
    return this.take(async () => {
      const worker = await engine.worker();
      const status = await worker.call('learn.open', files);
      await this.#run;
      this.#take(status);
    });
  }

  /** To another engine. Curves stay: it is the same run. */
  async #leave(): Promise<() => Promise<void>> {
    let saved: Uint8Array | null = null;
    const left = await this.take(async () => {
      if (!this.status) return;
      const worker = await engine.worker();
      await this.#pause(worker);
      saved = await worker.call('learn.save', null);
    });
    if (!left) this.#loseFor(this.error!);
    return async () => {
      if (saved === null) return;
      const run = new Map([['run.zip', saved]]);
      const arrived = await this.take(async () => {
        this.status = await (await engine.worker()).call('learn.open', run);
      });
      if (!arrived) this.#loseFor(this.error!);
    };
  }

  #loseFor(reason: string): void {
    this.status = null;
    this.error = `the model in training could not be taken along: ${reason}`;
  }

  /** With a worker that failed: the settings stay, and so do the curves until there is another model. */
  #lose(): () => Promise<void> {
    this.status = null;
    return async () => {};
  }
}

export const learn = new Learn();
