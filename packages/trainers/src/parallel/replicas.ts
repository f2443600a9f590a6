// The leader's side: the thread that calls `train` is rank 0 of the workers and never blocks, so that signals, a page's
// events and the loss of a worker get through to it.
import type { Module } from '@orchid-ml/dd-conv';
import { stateDict } from '@orchid-ml/orchid-models';
import type { Accumulated } from '../gradients.ts';
import type { Tally } from '../tasks/task.ts';
import { allReduce } from './all-reduce.ts';
import type { Communicator } from './communicator.ts';
import type { FromWorker, StepSettings, ToWorker } from './messages.ts';
import { type Replica, samenessOf } from './replica.ts';
import { SharedSum } from './shared-sum.ts';
import { WorkerError } from './worker-error.ts';

/** A thread that serves as a worker, whatever kind it is; see `startReplicas` of `@orchid-ml/trainers/node`. */
export interface ReplicaThread {
  post(message: ToWorker): void;
  /**
   * Called once. Every message of the worker is handed on; so is, once, the loss of the thread (an error outside the
   * worker's messages, or its end), with what happened as a clause.
   */
  listen(onMessage: (message: FromWorker) => void, onLoss: (what: string, cause?: unknown) => void): void;
  /** Whether the thread is to keep the program running: only while it is waited for. */
  hold(isAwaited: boolean): void;
  /** Ends the thread at once, wherever it is. */
  terminate(): Promise<unknown>;
}

/** The workers beside this thread: given to `train`, and closed by whoever started them. */
export class Replicas implements Communicator {
  readonly rank = 0;
  readonly size: number;
  readonly #threads: readonly ReplicaThread[];
  #sum: SharedSum | undefined;
  #made = 0;
  #joined = 0;
  #evaluation = 0;
  readonly #tallies = new Map<number, Tally>();
  #lost: WorkerError | undefined;
  #closed: Promise<void> | undefined;
  #waiting: { readonly look: () => void; readonly fail: (error: Error) => void } | undefined;

  /**
   * Has each thread make its replica; `train` waits until they have.
   *
   * @param threads one for every rank from 1 on
   * @param config what the threads make their replicas from, alike: any value that can be cloned
   * @throws Error when it cannot be; the threads are ended then
   */
  constructor(threads: readonly ReplicaThread[], config: unknown) {
    this.#threads = threads;
    this.size = threads.length + 1;
    for (const [i, thread] of threads.entries()) {
      const rank = i + 1;
      const lose = (what: string, cause?: unknown) => this.#lose(new WorkerError(rank, this.size, what, { cause }));
      thread.listen((message) => this.#receive(rank, message, lose), lose);
      thread.hold(false);
    }
    try {
      for (const [i, thread] of threads.entries()) thread.post({ kind: 'make', rank: i + 1, size: this.size, config });
    } catch (error) {
      void this.close();
      throw error;
    }
  }

  /**
   * Puts every worker where this thread is: same parameters, optimiser state and place in the stream of batches.
   *
   * @throws WorkerError when one is lost, or was made otherwise than this thread's
   */
  async join<M extends Module, B>(leader: Replica<M, B>): Promise<void> {
    const { model, task, optimizer } = leader;
    await this.#until(() => this.#made === this.#threads.length);
    const memory = SharedSum.allocate(this.size, 1 + task.metrics.length + model.parameterCount());
    this.#sum = new SharedSum(memory, this.rank, this.size);
    this.#joined = 0;
    this.#post({
      kind: 'join',
      memory,
      parameters: await stateDict(model),
      optimizer: await optimizer.state(),
      taskState: task.state,
      same: samenessOf(leader),
    });
    await this.#until(() => this.#joined === this.#threads.length);
  }

  /**
   * One step on all workers: they make theirs while this thread does `work`, which calls {@link allReduce} as they do.
   *
   * @throws WorkerError when one is lost; whatever `work` throws, after which the workers are ended: they would wait for ever
   */
  async step<T>(settings: StepSettings, work: () => Promise<T>): Promise<T> {
    this.#check();
    try {
      this.#post({ kind: 'step', settings });
      return await work();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /**
   * The tallies of an evaluation's shares, by rank: the workers score theirs while this thread does `own`.
   *
   * @throws WorkerError when one is lost; whatever `own` throws: what the workers still say of this evaluation is not heard
   */
  async tally(pieces: number | undefined, own: () => Promise<Tally>): Promise<Tally[]> {
    this.#check();
    this.#tallies.clear();
    this.#post({ kind: 'tally', evaluation: ++this.#evaluation, pieces });
    this.#tallies.set(this.rank, await own());
    await this.#until(() => this.#tallies.size === this.size);
    return Array.from({ length: this.size }, (_, rank) => this.#tallies.get(rank)!);
  }

  allReduce(local: Accumulated): Promise<Accumulated> {
    if (!this.#sum) throw new Error('replicas: allReduce before join');
    const sum = this.#sum;
    const barrier = async () => {
      const { isOpen } = sum.arrive();
      await this.#until(isOpen);
    };
    return allReduce(sum, barrier, local);
  }

  /** The ranks whose loss or gradients of the last step were not finite. */
  notFinite(): number[] {
    return this.#sum?.notFinite() ?? [];
  }

  /** Ends every worker; resolves when they are gone. To be called however training ended, and as often as one likes. */
  close(): Promise<void> {
    this.#closed ??= Promise.all(this.#threads.map((thread) => thread.terminate())).then(() => {});
    return this.#closed;
  }

  #post(message: ToWorker): void {
    for (const thread of this.#threads) thread.post(message);
  }

  #receive(rank: number, message: FromWorker, lose: (what: string, cause?: unknown) => void): void {
    if (message.kind === 'failed') {
      const cause = new Error(message.message);
      if (message.stack !== undefined) cause.stack = message.stack;
      lose(`failed: ${message.message}`, cause);
      return;
    }
    if (message.kind === 'made') this.#made++;
    if (message.kind === 'joined') this.#joined++;
    if (message.kind === 'tallied' && message.evaluation === this.#evaluation) this.#tallies.set(rank, message.tally);
    this.#waiting?.look();
  }

  /** The first loss is the cause of those that follow. */
  #lose(error: WorkerError): void {
    if (this.#lost || this.#closed) return;
    this.#lost = error;
    void this.close();
    this.#waiting?.fail(error);
  }

  #check(): void {
    if (this.#lost) throw this.#lost;
    if (this.#closed) throw new Error('replicas: they have been closed');
  }

  /** Resolves when the condition holds, which is looked at whenever a worker says something. */
  async #until(condition: () => boolean): Promise<void> {
    this.#check();
    if (condition()) return;
    for (const thread of this.#threads) thread.hold(true);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiting = { look: () => condition() && resolve(), fail: reject };
      });
    } finally {
      this.#waiting = undefined;
      for (const thread of this.#threads) thread.hold(false);
    }
  }
}
