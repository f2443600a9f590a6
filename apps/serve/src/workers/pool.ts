// The workers: one that prepares inputs and as many engines as were asked for. One that is lost is replaced, with every model
// that the others have; one that is lost again and again is replaced more and more slowly. A worker that lacks a model, as its
// files were not to be had when it was started, is given it later.
import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { messageOf, OptionError } from '../errors.ts';
import type { Version } from '../inference/version.ts';
import { type HostEvents, HostGoneError, WorkerHost } from './host.ts';
import type { EngineFacts, ModelFacts, PrepareResult, Role, WorkerConfig } from './messages.ts';

export interface PoolOptions {
  /** engines; null for every core, or one where the engine is a GPU's */
  readonly workers: number | null;
  /** the module that a worker runs */
  readonly entry: URL;
  readonly config: Omit<WorkerConfig, 'role'>;
  readonly log: Logger;
  /** a worker of which nothing comes for longer, in milliseconds, while it has work, hangs */
  readonly stuckMs: number;
}

export interface PoolEvents {
  prepared(results: readonly PrepareResult[]): void;
  ran: HostEvents['ran'];
  /** a worker was lost; what it worked on is in its `batches` */
  lost(host: WorkerHost): void;
  /** a worker can take work, or has another model */
  ready(): void;
  /** Whether the folder of a version still holds what was loaded from it; another worker may load it only then. */
  isUnchanged(version: Version): Promise<boolean>;
  /** Nobody can answer with a version: the preparer, or every engine, lacks it, and what was loaded from is not there. */
  unusable(version: Version): Promise<void>;
}

/** A worker that lived so long, in milliseconds, was not lost at its start. */
const proven = 10_000;
const slowestRestart = 30_000;
const mostQuickLosses = 6;
/** How often, in milliseconds, it is looked for workers that hang, or lack a model. */
const watchMs = 1000;

/** The number of a worker's place: engines from 0 on, the preparer before them. */
const preparerIndex = -1;

export class Pool {
  readonly #options: PoolOptions;
  readonly #events: PoolEvents;
  readonly #hosts = new Map<number, WorkerHost>();
  /** of each place, how often in a row a worker was lost soon after its start */
  readonly #quickLosses = new Map<number, number>();
  readonly #live = new Set<Version>();
  /** of those the ones that workers are just being given */
  readonly #loading = new Set<Version>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  readonly #watchdog: NodeJS.Timeout;
  #closing = false;
  #mending = false;
  #engine: EngineFacts | null = null;
  #wanted = 1;
  /** workers that were replaced */
  replaced = 0;

  constructor(options: PoolOptions, events: PoolEvents) {
    this.#options = options;
    this.#events = events;
    this.#watchdog = setInterval(() => {
      this.#endStuck();
      void this.#mend();
    }, watchMs);
    this.#watchdog.unref();
  }

  /** The engine that models are computed on; null before the first worker has started. */
  get engine(): EngineFacts | null {
    return this.#engine;
  }

  /** Engines that there are to be. */
  get wanted(): number {
    return this.#wanted;
  }

  /** Engines that take work. */
  get engines(): WorkerHost[] {
    return [...this.#hosts.values()].filter(({ role, state }) => role === 'engine' && state === 'ready');
  }

  /** The preparer, or null while there is none. */
  get preparer(): WorkerHost | null {
    const host = this.#hosts.get(preparerIndex);
    return host?.state === 'ready' ? host : null;
  }

  /** Starts all workers. @throws Error when one does not start; OptionError for several on one GPU */
  async start(): Promise<void> {
    const { workers, log } = this.#options;
    await Promise.all([this.#startOne(preparerIndex), this.#startOne(0)]);
    const isGpu = this.#engine!.name === 'webgpu';
    if (isGpu && workers !== null && workers > 1)
      throw new OptionError('workers', `got ${workers}; want 1: the engine is webgpu, and one device is one worker`);
    this.#wanted = isGpu ? 1 : (workers ?? availableParallelism());
    await Promise.all(Array.from({ length: this.#wanted - 1 }, (_, i) => this.#startOne(i + 1)));
    log.info({ workers: this.#wanted, engine: this.#engine!.text }, 'workers started');
    this.#events.ready();
  }

  /**
   * Loads a version in every worker.
   *
   * @param inTurn one worker after another, so that the others go on with what they have
   * @throws Error when one of them cannot load it; then none has it
   */
  async load(version: Version, inTurn: boolean): Promise<ModelFacts> {
    const hosts = [...this.#hosts.values()].filter(({ state }) => state === 'ready');
    this.#live.add(version);
    this.#loading.add(version);
    let facts: ModelFacts | null = null;
    const loadIn = async (host: WorkerHost) => {
      facts = (await host.load(version)) ?? facts;
    };
    try {
      if (inTurn) for (const host of hosts) await loadIn(host);
      else {
        const results = await Promise.allSettled(hosts.map(loadIn));
        const failed = results.find((result) => result.status === 'rejected');
        if (failed) throw failed.reason;
      }
      if (facts === null) throw new HostGoneError('no engine is left to load it');
      return facts;
    } catch (error) {
      this.unload(version);
      throw error;
    } finally {
      this.#loading.delete(version);
    }
  }

  /** Whether nobody can answer with a version: the preparer that there is lacks it, or all engines that there are. */
  lacks(version: Version): boolean {
    const { preparer, engines } = this;
    const isUnread = preparer !== null && !preparer.has(version);
    return isUnread || (engines.length > 0 && !engines.some((host) => host.has(version)));
  }

  unload(version: Version): void {
    this.#live.delete(version);
    for (const host of this.#hosts.values()) host.unload(version);
  }

  /** Resolves when every place has a worker that takes work, or after some seconds. */
  async settled(): Promise<void> {
    for (let i = 0; i < 100 && !this.#closing; i++) {
      if (this.engines.length >= this.#wanted && this.preparer) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Ends one engine as a crash would: for tests and drills. @returns whether there was one */
  async kill(index: number): Promise<boolean> {
    const host = this.#hosts.get(index);
    await host?.terminate();
    return host !== undefined;
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#watchdog);
    for (const restart of this.#restarts) clearTimeout(restart);
    await Promise.all([...this.#hosts.values()].map((host) => host.terminate()));
  }

  async #startOne(index: number): Promise<void> {
    const host = this.#spawn(index);
    const engine = await host.engine;
    if (engine !== null) this.#engine = engine;
    host.state = 'ready';
  }

  #spawn(index: number): WorkerHost {
    const { entry, config } = this.#options;
    const role: Role = index === preparerIndex ? 'preparer' : 'engine';
    const { prepared, ran } = this.#events;
    const host = new WorkerHost(index, role, entry, config, {
      prepared,
      ran,
      gone: (gone, reason) => this.#lost(gone, reason),
    });
    this.#hosts.set(index, host);
    return host;
  }

  #lost(host: WorkerHost, reason: string): void {
    if (this.#hosts.get(host.index) === host) this.#hosts.delete(host.index);
    if (this.#closing) return;
    const { log } = this.#options;
    const quick = performance.now() - host.startedAt < proven;
    const losses = quick ? (this.#quickLosses.get(host.index) ?? 0) + 1 : 0;
    this.#quickLosses.set(host.index, losses);
    const delay = losses <= 1 ? 0 : Math.min(slowestRestart, 250 * 2 ** Math.min(losses, mostQuickLosses + 1));
    log.error({ worker: host.index, role: host.role, reason, restartInMs: delay }, 'worker lost');
    this.#events.lost(host);
    const restart = setTimeout(() => {
      this.#restarts.delete(restart);
      void this.#replace(host.index);
    }, delay);
    this.#restarts.add(restart);
  }

  async #replace(index: number): Promise<void> {
    const { log } = this.#options;
    const host = this.#spawn(index);
    try {
      await host.engine;
      for (const version of this.#live) await this.#give(host, version);
    } catch (error) {
      if (error instanceof HostGoneError) return;
      log.error({ worker: index, reason: messageOf(error) }, 'a new worker cannot load what the others have');
      await host.terminate();
      return;
    }
    if (this.#closing) return;
    host.state = 'ready';
    this.replaced++;
    log.info({ worker: index, role: host.role }, 'worker replaced');
    this.#events.ready();
  }

  /** What lies in the folder now may be another version, which comes to all workers together. */
  #give(host: WorkerHost, version: Version): Promise<void> {
    return host.loadIf(version, () => this.#events.isUnchanged(version));
  }

  /** Gives workers the versions that they lack, and tells of those that nobody can answer with. */
  async #mend(): Promise<void> {
    if (this.#mending) return;
    this.#mending = true;
    for (const version of [...this.#live]) {
      for (const host of [...this.#hosts.values()]) {
        const isWanted = this.#live.has(version) && !version.retired && !this.#loading.has(version);
        if (!isWanted || this.#closing || host.state !== 'ready' || host.has(version)) continue;
        try {
          await this.#give(host, version);
          if (host.has(version)) this.#events.ready();
        } catch (error) {
          if (error instanceof HostGoneError) continue;
          const reason = messageOf(error);
          this.#options.log.error({ worker: host.index, reason }, 'a worker cannot load what the others have');
          await host.terminate();
        }
      }
      const isInUse = this.#live.has(version) && !version.retired && !this.#loading.has(version);
      if (isInUse && this.lacks(version)) await this.#events.unusable(version);
    }
    this.#mending = false;
  }

  #endStuck(): void {
    const { stuckMs, log } = this.#options;
    for (const host of this.#hosts.values()) {
      const since = host.state === 'ready' ? host.silentSince : null;
      const ms = since === null ? 0 : performance.now() - since;
      if (ms < stuckMs) continue;
      log.error({ worker: host.index, role: host.role, ms: Math.round(ms) }, 'worker hangs; ending it');
      void host.terminate();
    }
  }
}
