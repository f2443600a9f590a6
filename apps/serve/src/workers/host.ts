// The main thread's side of one worker: what it has been told, what it has loaded, what it works on, and its end.
import { Worker } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import type { Batch } from '../inference/buckets.ts';
import type { Job } from '../inference/job.ts';
import type { Version } from '../inference/version.ts';
import type {
  EngineFacts,
  FromWorker,
  ModelFacts,
  Operation,
  PrepareItem,
  PrepareResult,
  Role,
  ToWorker,
  WireError,
  WorkerConfig,
} from './messages.ts';

/** A batch that a worker has been given. */
export interface GivenBatch extends Batch {
  readonly id: number;
  /** milliseconds, as `performance.now()`: when it became the one that is computed */
  begun: number;
}

/** What a worker's host tells. */
export interface HostEvents {
  prepared(results: readonly PrepareResult[]): void;
  ran(batch: GivenBatch, outcome: Extract<FromWorker, { type: 'ran' | 'run-failed' }>): void;
  /** it has ended, wanted or not; nothing comes from it any more */
  gone(host: WorkerHost, reason: string): void;
}

/** A worker is starting (its engine, its models), ready for work, or gone. */
export type HostState = 'starting' | 'ready' | 'gone';

/** Why a load ended without a model: the worker was lost, which says nothing of the model yet. */
export class HostGoneError extends Error {}

interface Waiting {
  readonly resolve: (facts: ModelFacts | null) => void;
  readonly reject: (error: Error) => void;
}

/** One worker thread. */
export class WorkerHost {
  state: HostState = 'starting';
  /** in the order in which it computes them: the first is under way */
  readonly batches = new Map<number, GivenBatch>();
  /** inputs that it prepares, or has been given to */
  readonly preparing = new Set<number>();
  readonly startedAt = performance.now();
  /** resolves when its engine runs (to null of the preparer); rejects when it does not start */
  readonly engine: Promise<EngineFacts | null>;
  readonly #worker: Worker;
  readonly #events: HostEvents;
  readonly #versions = new Set<number>();
  readonly #loads = new Map<number, Waiting>();
  /** milliseconds, as `performance.now()`: when it was given something to prepare while it had nothing, or answered last */
  #preparingSince = 0;
  #startEnded: Waiting['reject'] = () => {};

  constructor(
    readonly index: number,
    readonly role: Role,
    entry: URL,
    config: Omit<WorkerConfig, 'role'>,
    events: HostEvents,
  ) {
    this.#events = events;
    this.#worker = new Worker(entry, {
      workerData: { ...config, role } satisfies WorkerConfig,
      name: `${role} ${index}`,
    });
    this.engine = new Promise((resolve, reject) => {
      this.#startEnded = reject;
      this.#worker.on('message', (message: FromWorker) => {
        if (message.type === 'started') resolve(message.engine);
        else if (message.type === 'failed') reject(errorOf(message.error));
        else this.#receive(message);
      });
    });
    // Whoever waits for the engine sees the reason; where nobody does, `gone` tells it.
    this.engine.catch(() => {});
    let reason = '';
    this.#worker.on('error', (error) => {
      reason = messageOf(error);
    });
    this.#worker.on('exit', (code) => this.#end(reason || `it ended with exit code ${code}`));
  }

  get thread(): number {
    return this.#worker.threadId;
  }

  has(version: Version): boolean {
    return this.#versions.has(version.id);
  }

  /** @throws Error when the model cannot be loaded; HostGoneError when the worker is lost */
  async load(version: Version): Promise<ModelFacts | null> {
    const facts = await this.#loadFiles(version);
    this.#versions.add(version.id);
    return facts;
  }

  /**
   * Loads a version if something holds, before as well as after, such as that its files are still the same.
   *
   * @throws as {@link load}
   */
  async loadIf(version: Version, holds: () => Promise<boolean>): Promise<void> {
    if (!(await holds())) return;
    await this.#loadFiles(version);
    if (await holds()) this.#versions.add(version.id);
    else this.unload(version);
  }

  #loadFiles(version: Version): Promise<ModelFacts | null> {
    return new Promise((resolve, reject) => {
      if (this.state === 'gone') return reject(new HostGoneError(`the ${this.role} is lost`));
      this.#loads.set(version.id, { resolve, reject });
      this.#post({ type: 'load', version: version.id, folder: version.folder });
    });
  }

  unload(version: Version): void {
    this.#versions.delete(version.id);
    this.#post({ type: 'unload', version: version.id });
  }

  prepare(items: readonly PrepareItem[]): void {
    if (this.preparing.size === 0) this.#preparingSince = performance.now();
    for (const { id } of items) this.preparing.add(id);
    this.#post({ type: 'prepare', items });
  }

  /** Gives it a batch; it computes batches in the order in which they come. */
  run(id: number, operation: Operation, { version, jobs }: Batch): void {
    this.batches.set(id, { id, version, jobs, begun: performance.now() });
    const items = jobs.map((job) => ({ id: job.id, prepared: job.prepared! }));
    this.#post({ type: 'run', batch: id, version: version.id, operation, items });
  }

  /** Tells it that nobody wants a job any more. */
  cancel(job: Job): void {
    this.#post({ type: 'cancel', ids: [job.id] });
  }

  /** The batch under way, or null. */
  get current(): GivenBatch | null {
    return this.batches.values().next().value ?? null;
  }

  /** Since when, as `performance.now()`, nothing has come of what it works on; null when it has nothing to do. */
  get silentSince(): number | null {
    return this.preparing.size > 0 ? this.#preparingSince : (this.current?.begun ?? null);
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(message: ToWorker): void {
    if (this.state !== 'gone') this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if (this.state === 'gone') return;
    if (message.type === 'prepared') {
      this.#preparingSince = performance.now();
      for (const { id } of message.results) this.preparing.delete(id);
      this.#events.prepared(message.results);
    } else if (message.type === 'loaded') this.#loaded(message.version)?.resolve(message.facts);
    else if (message.type === 'load-failed') this.#loaded(message.version)?.reject(errorOf(message.error));
    else if (message.type === 'ran' || message.type === 'run-failed') {
      const batch = this.batches.get(message.batch)!;
      this.batches.delete(message.batch);
      if (this.current) this.current.begun = performance.now();
      this.#events.ran(batch, message);
    }
  }

  #loaded(version: number): Waiting | undefined {
    const waiting = this.#loads.get(version);
    this.#loads.delete(version);
    return waiting;
  }

  #end(reason: string): void {
    if (this.state === 'gone') return;
    this.state = 'gone';
    const error = new HostGoneError(`the ${this.role} was lost: ${reason}`);
    this.#startEnded(error);
    for (const { reject } of this.#loads.values()) reject(error);
    this.#loads.clear();
    this.#events.gone(this, reason);
  }
}

function errorOf({ message, stack }: WireError): Error {
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
