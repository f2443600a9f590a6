// The way of every request: its model, its preparation, its bucket, its batch, its answer; and every way in which that ends
// early: a deadline, a client that goes away, an input that does not fit, a worker that is lost.
import type { Logger } from 'pino';
import {
  clientGone,
  deadlineExceeded,
  inferenceFailed,
  invalidInput,
  modelFailed,
  queueFull,
  ServiceError,
  shuttingDown,
  workerLost,
} from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import type { GivenBatch, WorkerHost } from '../workers/host.ts';
import type { FromWorker, PrepareResult } from '../workers/messages.ts';
import { type Batch, type BatchLimits, Buckets } from './buckets.ts';
import { Job, type JobRequest, type JobResult } from './job.ts';
import { Load } from './load.ts';
import type { Version } from './version.ts';

export interface SchedulerOptions extends BatchLimits {
  /** requests that wait, at most */
  readonly queueLimit: number;
  /** milliseconds from arrival to answer */
  readonly deadlineMs: number;
}

/** The workers, as far as they concern the way of a job. */
export interface Workers {
  readonly engines: readonly WorkerHost[];
  readonly preparer: WorkerHost | null;
}

export interface SchedulerParts {
  readonly workers: Workers;
  /** the version that answers for a model now; loads the model when it must */
  readonly versionOf: (model: string) => Version | Promise<Version>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** A worker computes one batch and has the next at hand, when that one is full: between them it then waits for nobody. */
const batchesAtHand = 2;
/** A worker that was lost may be to blame itself; two may not. */
const lossesAllowed = 1;

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #parts: SchedulerParts;
  readonly #buckets: Buckets;
  readonly #load: Load;
  readonly #jobs = new Map<number, Job>();
  /** jobs that the preparer has not been told of */
  #unsent: Job[] = [];
  /** the input that the preparer has been given by itself, as a worker was lost with it; its id, until the next */
  #suspect: number | null = null;
  #running = 0;
  #ids = 0;
  #batches = 0;
  #sending = false;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #onEmpty: (() => void) | null = null;

  constructor(options: SchedulerOptions, parts: SchedulerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#buckets = new Buckets(options);
    this.#load = new Load(options);
  }

  /** Requests that wait, and that are computed. */
  get counts(): { readonly waiting: number; readonly running: number } {
    return { waiting: this.#jobs.size - this.#running, running: this.#running };
  }

  /** Whether another request is too many now: the seconds after which there may be room, or null when it is welcome. */
  refusal(): number | null {
    return this.#load.refuses(this.counts.waiting, this.#parts.workers.engines.length);
  }

  /**
   * Has a request answered.
   *
   * @param whenGone calls back when nobody waits for the answer any more; later than the answer it may, too
   * @throws ServiceError for whatever keeps it from being answered
   */
  submit(request: JobRequest, whenGone?: (gone: () => void) => void): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw shuttingDown();
      const retryAfter = this.refusal();
      if (retryAfter !== null) throw queueFull(retryAfter);
      const job = new Job(++this.#ids, request, performance.now(), { resolve, reject });
      this.#jobs.set(job.id, job);
      const { deadlineMs } = this.#options;
      const timer = setTimeout(() => this.#fail(job, deadlineExceeded(deadlineMs)), deadlineMs);
      job.onDone = () => clearTimeout(timer);
      whenGone?.(() => this.#fail(job, clientGone()));
      // It may have called back already.
      if (job.stage !== 'done') this.#bind(job);
    });
  }

  /** Takes no more requests. @returns when all that were taken have been answered */
  drain(): Promise<void> {
    this.#closed = true;
    if (this.#jobs.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  /** To be called when a worker can take work that could not before. */
  workersChanged(): void {
    const { engines, preparer } = this.#parts.workers;
    for (const job of this.#jobs.values()) {
      const { version, stage } = job;
      // What waits for a version that has been replaced, and that nobody has any more, goes to its successor.
      if (!version?.retired) continue;
      const isLeft =
        (stage === 'preparing' && !job.sent && !preparer?.has(version)) ||
        (stage === 'waiting' && !engines.some((host) => host.has(version)));
      if (!isLeft) continue;
      if (stage === 'preparing') this.#unsent = this.#unsent.filter((other) => other !== job);
      this.#again(job, false);
    }
    this.#sendToPreparer();
    this.#pump();
  }

  /** What the preparer made of inputs. */
  prepared(results: readonly PrepareResult[]): void {
    for (const result of results) {
      const job = this.#jobs.get(result.id);
      if (job?.stage !== 'preparing' || 'cancelled' in result) continue;
      if ('error' in result) {
        const { field, message, stack } = result.error;
        if (field === undefined)
          this.#parts.log.error({ model: job.request.model, stack }, `preparing failed: ${message}`);
        this.#fail(job, field === undefined ? inferenceFailed() : invalidInput(field, message));
        continue;
      }
      job.prepared = result.prepared;
      job.stage = 'waiting';
      this.#load.prepared(job);
      this.#buckets.add(job);
    }
    if (this.#unsent.length > 0) this.#sendToPreparer();
    this.#pump();
  }

  /** A batch came back. */
  ran(batch: GivenBatch, outcome: Extract<FromWorker, { type: 'ran' | 'run-failed' }>): void {
    const jobs = batch.jobs.filter(({ stage }) => stage === 'running');
    if (outcome.type === 'ran') this.#answer(batch, jobs, outcome);
    else this.#batchFailed(batch, jobs, outcome.error);
    this.#pump();
  }

  /** A worker is gone: what it computed is tried once more, input by input; what only lay there goes elsewhere as it is. */
  lost(host: WorkerHost): void {
    if (host.role === 'preparer') {
      const jobs = [...this.#jobs.values()].filter(({ stage }) => stage === 'preparing');
      this.#unsent = [];
      for (const job of jobs) this.#again(job, job.sent);
    }
    const { current } = host;
    for (const batch of host.batches.values())
      for (const job of batch.jobs) if (job.stage === 'running') this.#again(job, batch === current);
    host.batches.clear();
    this.#pump();
  }

  #bind(job: Job): void {
    job.stage = 'unbound';
    const bound = (version: Version) => {
      if (job.stage !== 'unbound') return;
      job.version = version;
      version.acquire();
      this.#load.bound(job);
      job.stage = 'preparing';
      job.sent = false;
      this.#unsent.push(job);
      this.#sendSoon();
    };
    const failed = (error: unknown) =>
      this.#fail(job, error instanceof ServiceError ? error : modelFailed(job.request.model));
    try {
      const version = this.#parts.versionOf(job.request.model);
      if (version instanceof Promise) version.then(bound, failed);
      else bound(version);
    } catch (error) {
      failed(error);
    }
  }

  /** All that comes in one turn of the event loop goes in one message. */
  #sendSoon(): void {
    if (this.#sending) return;
    this.#sending = true;
    setImmediate(() => {
      this.#sending = false;
      this.#sendToPreparer();
    });
  }

  #sendToPreparer(): void {
    const { preparer } = this.#parts.workers;
    if (!preparer) return;
    // A version that the preparer does not have yet comes to it, or the job is bound to the next one.
    const sendable = this.#unsent.filter(({ version }) => preparer.has(version!));
    // A worker was lost with it: it goes when nothing else is there that could be lost with it again, and nothing follows it.
    const suspect = sendable.find(({ losses }) => losses > 0);
    const isAlone = this.#suspect !== null && preparer.preparing.has(this.#suspect);
    const hasToWait = suspect ? preparer.preparing.size > 0 : isAlone;
    if (hasToWait || sendable.length === 0) return;
    const now = suspect ? [suspect] : sendable;
    this.#suspect = suspect?.id ?? null;
    for (const job of now) job.sent = true;
    this.#unsent = this.#unsent.filter(({ sent }) => !sent);
    preparer.prepare(
      now.map(({ id, version, operation, request: { input, options } }) => ({
        id,
        version: version!.id,
        operation,
        input,
        options,
      })),
    );
  }

  /** Gives batches to whoever is free; then full ones to be at hand; then sees to it that it is called in time. */
  #pump(): void {
    const { engines } = this.#parts.workers;
    // One time for all that follows: what is not due by it has to be waited for.
    const now = performance.now();
    for (let depth = 0; depth < batchesAtHand; depth++)
      for (const host of engines) {
        if (host.batches.size !== depth) continue;
        const batch = this.#buckets.take(now, (version) => host.has(version), depth > 0);
        if (batch) this.#run(host, batch);
      }
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const due = this.#buckets.nextDue(now);
    if (due !== null && engines.some(({ batches }) => batches.size === 0))
      this.#timer = setTimeout(() => this.#pump(), Math.ceil(due - now));
  }

  #run(host: WorkerHost, batch: Batch): void {
    const now = performance.now();
    const { metrics } = this.#parts;
    for (const job of batch.jobs) {
      job.stage = 'running';
      job.host = host;
      metrics.queueSeconds.observe((now - job.arrived) / 1000);
    }
    this.#running += batch.jobs.length;
    metrics.batchSize.observe({ model: batch.version.model }, batch.jobs.length);
    host.run(++this.#batches, batch.jobs[0]!.operation, batch);
  }

  #answer(batch: GivenBatch, jobs: readonly Job[], { answers, timing }: Extract<FromWorker, { type: 'ran' }>): void {
    const { version } = batch;
    if (timing) {
      version.cost.observe(timing.count, timing.positions, timing.ms);
      this.#parts.metrics.inferenceSeconds.observe({ model: version.model }, timing.ms / 1000);
    }
    const values = new Map(answers.map(({ id, value }) => [id, value]));
    for (const job of jobs) {
      const result = { value: values.get(job.id), version, batchSize: answers.length };
      this.#finish(job);
      job.settle.resolve(result);
    }
  }

  #batchFailed(
    batch: GivenBatch,
    jobs: readonly Job[],
    error: { readonly message: string; readonly stack?: string },
  ): void {
    const { log } = this.#parts;
    log.error(
      { model: batch.version.model, inputs: jobs.length, stack: error.stack },
      `a batch failed: ${error.message}`,
    );
    for (const job of jobs) {
      // Perhaps it was one input, perhaps the memory for all of them: alone each has its own answer.
      if (batch.jobs.length === 1) {
        this.#fail(job, inferenceFailed());
        continue;
      }
      this.#running--;
      job.host = null;
      job.alone = true;
      job.stage = 'waiting';
      this.#buckets.add(job);
    }
  }

  /** From the start, with the version that is current now. */
  #again(job: Job, wasComputed: boolean): void {
    if (wasComputed) {
      job.losses++;
      job.alone = true;
      if (job.losses > lossesAllowed) {
        this.#fail(job, workerLost());
        return;
      }
      this.#parts.metrics.retries.inc();
    }
    this.#unbind(job);
    this.#bind(job);
  }

  #unbind(job: Job): void {
    if (job.stage === 'running') this.#running--;
    if (job.stage === 'waiting') this.#buckets.remove(job);
    if (job.version) {
      this.#load.unbound(job);
      job.version.release();
    }
    job.version = null;
    job.prepared = null;
    job.host = null;
  }

  #fail(job: Job, error: Error): void {
    if (job.stage === 'done') return;
    const { stage, host, sent } = job;
    if (stage === 'running') host?.cancel(job);
    if (stage === 'preparing') {
      if (sent) this.#parts.workers.preparer?.cancel(job);
      else this.#unsent = this.#unsent.filter((other) => other !== job);
    }
    this.#finish(job);
    job.settle.reject(error);
  }

  #finish(job: Job): void {
    this.#unbind(job);
    job.stage = 'done';
    job.onDone();
    this.#jobs.delete(job.id);
    if (this.#jobs.size === 0) this.#onEmpty?.();
  }
}
