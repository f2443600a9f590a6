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

class Engine {
  choice = $state<EngineChoice>(fromAddress());
  facts = $state.raw<EngineFacts | null>(null);
  isStarting = $state(false);
  /** why the chosen engine does not start */
  error = $state<string | null>(null);
  /**
   * Those who have something in the worker that has to move along: called before the worker goes, they give what puts it
   * into the next one.
   */
  readonly movers: (() => Promise<() => Promise<void>>)[] = [];
  /** Called with every new worker, for its events. */
  readonly onWorker: ((worker: ModelWorker) => void)[] = [];
  #worker: ModelWorker | null = null;
  #ready: Promise<ModelWorker> | null = null;

  /** The worker, started when it is first wanted. @throws Error when its engine does not start */
  worker(): Promise<ModelWorker> {
    this.#ready ??= this.#start();
    return this.#ready;
  }

  /** Changes the engine; the model in training moves over. Failures are in `error`. */
  async choose(choice: EngineChoice): Promise<void> {
    try {
      const arrivals = this.facts ? await Promise.all(this.movers.map((leave) => leave())) : [];
      this.choice = choice;
      this.#worker?.terminate();
      this.facts = null;
      this.#ready = this.#start();
      await this.#ready;
      for (const arrive of arrivals) await arrive();
    } catch (error) {
      this.error = messageOf(error);
    }
  }

  async #start(): Promise<ModelWorker> {
    this.isStarting = true;
    this.error = null;
    const worker: ModelWorker = new WorkerClient(
      new Worker(new URL('../../compute/models.worker.ts', import.meta.url), { type: 'module' }),
    );
    this.#worker = worker;
    for (const listen of this.onWorker) listen(worker);
    try {
      this.facts = await worker.call('start', this.choice);
      return worker;
    } catch (error) {
      // Another start may be under way already; its state is not this one's to set.
      if (this.#worker === worker) {
        this.error = messageOf(error);
        this.#ready = null;
      }
      worker.terminate();
      throw error;
    } finally {
      if (this.#worker === worker) this.isStarting = false;
    }
  }
}

export const engine = new Engine();
