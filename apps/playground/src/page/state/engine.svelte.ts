// The worker that has the models, and the engine that it computes on. Another engine is another worker; a model in training
// moves over with all that its training needs.
import type { ModelCalls, ModelEvents } from '../../shared/calls.ts';
import type { EngineChoice, EngineFacts } from '../../shared/engine.ts';
import { messageOf } from '../words.ts';
import { WorkerClient } from '../worker-client.ts';

export type ModelWorker = WorkerClient<ModelCalls, ModelEvents>;

const CHOICES: readonly EngineChoice[] = ['auto', 'webgpu', 'wasm'];

/** `?engine=wasm` in the address chooses. */
function fromAddress(): EngineChoice {
  const asked = new URLSearchParams(location.search).get('engine');
  return CHOICES.find((choice) => choice === asked) ?? 'auto';
}

/** Puts into a new worker what was in the one before. */
type Arrival = () => Promise<void>;

export interface Mover {
  /** Called before the worker goes, with all that is in it. What cannot be taken along is lost; it never fails. */
  leave(): Promise<Arrival>;
  /** Called when the worker has failed, and all that was in it is lost. */
  lose(): Arrival;
}

class Engine {
  choice = $state<EngineChoice>(fromAddress());
  facts = $state.raw<EngineFacts | null>(null);
  /** whether an engine is being started, or what was on the one before is on its way to it */
  isStarting = $state(false);
  /** whether something can be asked of the worker */
  readonly isReady = $derived(this.facts !== null && !this.isStarting);
  /** why the chosen engine does not start */
  error = $state<string | null>(null);
  /** Those who have something in the worker. */
  readonly movers: Mover[] = [];
  /** Called with every new worker, for its events. */
  readonly onWorker: ((worker: ModelWorker) => void)[] = [];
  #worker: ModelWorker | null = null;
  #ready: Promise<ModelWorker> | null = null;
  #arrivals: readonly Arrival[] = [];

  /** The worker, started when it is first wanted. @throws Error when its engine does not start */
  worker(): Promise<ModelWorker> {
    // What has failed is started again by the visitor, not by whatever asks next.
    if (this.error !== null && !this.#ready) return Promise.reject(new Error(this.error));
    this.#ready ??= this.#first();
    return this.#ready;
  }

  async #first(): Promise<ModelWorker> {
    this.isStarting = true;
    try {
      return await this.#start();
    } finally {
      this.isStarting = false;
    }
  }

  /** Changes the engine; the model in training moves over. Failures are in `error`. */
  async choose(choice: EngineChoice): Promise<void> {
    if (this.isStarting) return;
    this.isStarting = true;
    try {
      // An engine that does not start leaves what is on its way to the next one that does.
      if (this.facts) this.#arrivals = await Promise.all(this.movers.map((mover) => mover.leave()));
      this.choice = choice;
      this.#worker?.terminate();
      this.facts = null;
      this.#ready = this.#start();
      await this.#ready;
      const arrivals = this.#arrivals;
      this.#arrivals = [];
      for (const arrive of arrivals) await arrive();
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.isStarting = false;
    }
  }

  /** A worker that fails, by running out of memory for one, takes everything with it. */
  #lose(worker: ModelWorker, error: Error): void {
    if (this.#worker !== worker || !this.facts) return;
    this.error = error.message;
    this.facts = null;
    this.#ready = null;
    this.#arrivals = this.movers.map((mover) => mover.lose());
  }

  async #start(): Promise<ModelWorker> {
    this.error = null;
    const worker: ModelWorker = new WorkerClient(
      new Worker(new URL('../../compute/models.worker.ts', import.meta.url), { type: 'module' }),
    );
    this.#worker = worker;
    worker.onFailure = (error) => this.#lose(worker, error);
    for (const listen of this.onWorker) listen(worker);
    try {
      this.facts = await worker.call('start', this.choice);
      return worker;
    } catch (error) {
      this.error = messageOf(error);
      this.#ready = null;
      worker.terminate();
      throw error;
    }
  }
}

export const engine = new Engine();
