// A worker's own side: takes messages, keeps them in order of urgency, and works on them one after another.
import { parentPort, workerData } from 'node:worker_threads';
import type {
  EngineFacts,
  FromWorker,
  ModelFacts,
  Operation,
  PreparedInput,
  PrepareItem,
  PrepareResult,
  ToWorker,
  WireError,
  WireInput,
  WorkerConfig,
} from './messages.ts';

/** A model as the preparer has it. */
export interface LoadedPreparer {
  /** @throws InputError, or whatever has a `field` */
  prepare(
    input: WireInput,
    operation: Operation,
    options: Readonly<Record<string, unknown>>,
  ): PreparedInput | Promise<PreparedInput>;
}

/** A model as an engine has it. */
export interface LoadedModel {
  readonly facts: ModelFacts;
  run(operation: Operation, batch: readonly PreparedInput[]): Promise<readonly unknown[]>;
  /** computes something small; throws when the engine is not to be trusted any more */
  probe(): Promise<void>;
  dispose(): void;
}

/** What differs between a real worker and one of a test. */
export interface ThreadParts {
  startEngine(config: WorkerConfig): Promise<EngineFacts>;
  openPreparer(folder: string): Promise<LoadedPreparer>;
  /** loads a model and warms it up */
  openModel(folder: string, config: WorkerConfig): Promise<LoadedModel>;
}

type Run = Extract<ToWorker, { type: 'run' }>;
type Change = Extract<ToWorker, { type: 'load' | 'unload' }>;

/** Lets messages in that have come meanwhile. */
const breathe = () => new Promise((resolve) => setImmediate(resolve));

/** Serves the thread that started this one, for as long as this one lives. */
export async function serveThread(parts: ThreadParts): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('serveThread: this is no worker thread');
  const config = workerData as WorkerConfig;
  const send = (message: FromWorker) => port.postMessage(message);
  const worker = new Thread(parts, config, send);
  // From the first moment on: messages to a port without a listener are kept, but nothing else would keep the thread alive.
  port.on('message', (message: ToWorker) => worker.receive(message));
  try {
    const engine = config.role === 'engine' ? await parts.startEngine(config) : null;
    send({ type: 'started', engine });
  } catch (error) {
    send({ type: 'failed', error: wireError(error) });
    return;
  }
  worker.start();
}

class Thread {
  readonly #parts: ThreadParts;
  readonly #config: WorkerConfig;
  readonly #send: (message: FromWorker) => void;
  readonly #preparers = new Map<number, LoadedPreparer>();
  readonly #models = new Map<number, LoadedModel>();
  readonly #changes: Change[] = [];
  readonly #cancelled = new Set<number>();
  #prepare: PrepareItem[] = [];
  #runs: Run[] = [];
  #started = false;
  #working = false;

  constructor(parts: ThreadParts, config: WorkerConfig, send: (message: FromWorker) => void) {
    this.#parts = parts;
    this.#config = config;
    this.#send = send;
  }

  start(): void {
    this.#started = true;
    void this.#work();
  }

  receive(message: ToWorker): void {
    if (message.type === 'prepare') this.#prepare.push(...message.items);
    else if (message.type === 'run') this.#runs.push(message);
    else if (message.type === 'cancel') for (const id of message.ids) this.#cancel(id);
    else this.#changes.push(message);
    if (this.#started && !this.#working) void this.#work();
  }

  /** Only what still waits can be cancelled; ids that are not here have been computed. */
  #cancel(id: number): void {
    const left = this.#prepare.filter((item) => item.id !== id);
    if (left.length < this.#prepare.length) this.#send({ type: 'prepared', results: [{ id, cancelled: true }] });
    this.#prepare = left;
    if (this.#runs.some(({ items }) => items.some((item) => item.id === id))) this.#cancelled.add(id);
  }

  async #work(): Promise<void> {
    this.#working = true;
    await breathe();
    while (this.#changes.length > 0 || this.#prepare.length > 0 || this.#runs.length > 0) {
      const change = this.#changes.shift();
      if (change) await this.#change(change);
      const items = this.#prepare.splice(0);
      if (items.length > 0)
        this.#send({ type: 'prepared', results: await Promise.all(items.map((item) => this.#read(item))) });
      const run = this.#runs.shift();
      if (run) await this.#run(run);
      await breathe();
    }
    this.#working = false;
  }

  async #change(change: Change): Promise<void> {
    const { version } = change;
    if (change.type === 'unload') {
      this.#preparers.delete(version);
      this.#models.get(version)?.dispose();
      this.#models.delete(version);
      return;
    }
    try {
      if (this.#config.role === 'preparer') {
        this.#preparers.set(version, await this.#parts.openPreparer(change.folder));
        this.#send({ type: 'loaded', version, facts: null });
      } else {
        const model = await this.#parts.openModel(change.folder, this.#config);
        this.#models.set(version, model);
        this.#send({ type: 'loaded', version, facts: model.facts });
      }
    } catch (error) {
      this.#send({ type: 'load-failed', version, error: wireError(error) });
    }
  }

  async #read({ id, version, operation, input, options }: PrepareItem): Promise<PrepareResult> {
    try {
      const preparer = this.#preparers.get(version);
      if (!preparer) throw new Error(`version ${version} is not loaded here`);
      return { id, prepared: await preparer.prepare(input, operation, options) };
    } catch (error) {
      return { id, error: wireError(error) };
    }
  }

  async #run({ batch, version, operation, items }: Run): Promise<void> {
    const wanted = items.filter(({ id }) => !this.#cancelled.delete(id));
    if (wanted.length === 0) return this.#send({ type: 'ran', batch, answers: [], timing: null });
    const model = this.#models.get(version);
    try {
      if (!model) throw new Error(`version ${version} is not loaded here`);
      const begin = performance.now();
      const prepared = wanted.map((item) => item.prepared);
      const values = await model.run(operation, prepared);
      const ms = performance.now() - begin;
      const positions = prepared.reduce((sum, one) => sum + one.positions, 0);
      this.#send({
        type: 'ran',
        batch,
        answers: wanted.map(({ id }, i) => ({ id, value: values[i] })),
        timing: { count: wanted.length, positions, ms },
      });
    } catch (error) {
      this.#send({ type: 'run-failed', batch, error: wireError(error) });
      await this.#check(model);
    }
  }

  /** After a failure: an engine that cannot compute what it could before ends this thread, and another takes its place. */
  async #check(model: LoadedModel | undefined): Promise<void> {
    try {
      await model?.probe();
    } catch (error) {
      throw new Error(`the engine fails at what it could compute before: ${wireError(error).message}`, {
        cause: error,
      });
    }
  }
}

function wireError(error: unknown): WireError {
  if (!(error instanceof Error)) return { message: String(error) };
  const { field } = error as { readonly field?: unknown };
  return {
    message: error.message,
    ...(typeof field === 'string' && { field }),
    ...(error.stack !== undefined && { stack: error.stack }),
  };
}
