// The models: which are loaded, in which version, what they may take of the memory, and who makes room for whom.

import type { PipelineTask } from '@orchid-ml/pipelines';
import type { Logger } from 'pino';
import { messageOf, modelFailed, OptionError } from '../errors.ts';
import { Version } from '../inference/version.ts';
import type { Metrics } from '../metrics.ts';
import { HostGoneError } from '../workers/host.ts';
import type { Pool } from '../workers/pool.ts';
import { type FolderState, type ModelKind, type ModelSpec, openFolder, readFolder } from './folder.ts';

/** Where a model is. `unloaded` ones are loaded when they are asked for. */
export type ModelState = 'loading' | 'ready' | 'unloaded' | 'failed';

/** A model as clients see it. */
export interface ModelStatus {
  readonly name: string;
  readonly state: ModelState;
  /** what happened to it last, if it is worth telling */
  readonly note: string | null;
  readonly task: PipelineTask;
  readonly modelType: string;
  readonly version: number | null;
  /** bytes of its weights, in all workers together */
  readonly bytes: number;
}

/** A model, and all that is known of it. */
class Entry {
  state: ModelState = 'loading';
  note: string | null = null;
  version: Version | null = null;
  task: PipelineTask;
  modelType: string;
  /** loaded so far */
  versions = 0;
  /** when it could not be loaded; it is not tried again at every request */
  failedAt = Number.NEGATIVE_INFINITY;
  lastUsed = 0;
  /** bytes in memory for each on disk, as the last version had it: half precision is computed as float32 */
  growth = 1;
  loading: Promise<Version> | null = null;
  /** of the last state of the folder that could not be loaded */
  refused: string | null = null;
  /** of the folder when it was looked at last: a folder that still changes is left alone */
  seen: string | null = null;

  constructor(
    readonly spec: ModelSpec,
    /** bytes of its weights on disk when the server was started */
    readonly size: number,
    kind: ModelKind,
  ) {
    this.task = kind.task;
    this.modelType = kind.modelType;
  }
}

export interface RegistryOptions {
  readonly memoryBytes: number;
  /** milliseconds between two looks at the folders; 0 for none */
  readonly reloadMs: number;
}

export interface RegistryParts {
  readonly pool: Pool;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** a version was replaced, or given up */
  readonly onSwap: () => void;
}

/** A model that could not be loaded is tried again after so many milliseconds, if anybody asks for it. */
const retryAfterMs = 10_000;

/** The memory does not reach. */
class NoRoomError extends Error {}

const GIB = 2 ** 30;
const gib = (bytes: number) => `${(bytes / GIB).toPrecision(3)} GiB`;

export class Registry {
  readonly #options: RegistryOptions;
  readonly #parts: RegistryParts;
  readonly #entries = new Map<string, Entry>();
  /** versions that are loaded, or just being so, or still being used: what takes memory */
  readonly #held = new Map<Version, number>();
  #ids = 0;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  /** one change after another */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: RegistryOptions, parts: RegistryParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /**
   * Looks at the folders; loads nothing yet.
   *
   * @throws OptionError for a folder without a model
   */
  static async open(specs: readonly ModelSpec[], options: RegistryOptions, parts: RegistryParts): Promise<Registry> {
    const registry = new Registry(options, parts);
    for (const spec of specs) {
      const found = await openFolder(spec);
      registry.#entries.set(spec.name, new Entry(spec, found.weightBytes, found));
    }
    return registry;
  }

  /**
   * Loads the models in the order of the command line, as far as the memory reaches; the others are loaded when they are asked for.
   *
   * @throws OptionError for a model that has no room even by itself; Error for one that cannot be loaded
   */
  async start(): Promise<void> {
    const copies = this.#parts.pool.wanted;
    const { memoryBytes } = this.#options;
    for (const { spec, size } of this.#entries.values())
      if (size * copies > memoryBytes)
        throw new OptionError(
          'memoryGb',
          `the model ${spec.name} takes ${gib(size * copies)} in ${copies} workers; there are ${gib(memoryBytes)}. Give it more, or fewer workers.`,
        );
    let used = 0;
    const [loaded, left]: [Entry[], Entry[]] = [[], []];
    for (const entry of this.#entries.values()) {
      const fits = used + entry.size * copies <= memoryBytes;
      if (fits) used += entry.size * copies;
      (fits ? loaded : left).push(entry);
    }
    for (const entry of left) {
      entry.state = 'unloaded';
      entry.note = `not loaded yet: the memory for models (${gib(memoryBytes)}) is taken by ${loaded.map(({ spec }) => spec.name).join(', ')}`;
      this.#parts.log.warn({ model: entry.spec.name, bytes: entry.size * copies }, entry.note);
    }
    for (const entry of loaded)
      await this.#loading(entry).catch((error: unknown) => {
        if (!(error instanceof NoRoomError)) throw error;
        const message = `the model ${entry.spec.name}: ${error.message}. Give it more, or fewer workers.`;
        throw new OptionError('memoryGb', message, { cause: error });
      });
    if (this.#options.reloadMs > 0) this.#look();
  }

  names(): string[] {
    return [...this.#entries.keys()];
  }

  /** All models, in the order of the command line. */
  status(): ModelStatus[] {
    return [...this.#entries.values()].map(({ spec, state, note, version, task, modelType }) => ({
      name: spec.name,
      state,
      note,
      task,
      modelType,
      version: version?.number ?? null,
      bytes: version ? this.#held.get(version)! : 0,
    }));
  }

  /** The version that answers for a model now. Loads it, with others making room, when it is not in memory. */
  versionOf(name: string): Version | Promise<Version> {
    const entry = this.#entries.get(name)!;
    entry.lastUsed = performance.now();
    if (entry.version) return entry.version;
    if (entry.state === 'failed' && performance.now() - entry.failedAt < retryAfterMs) throw modelFailed(name);
    return this.#loading(entry);
  }

  /** Whether a folder still holds what a version was loaded from; when it does not, the new one is loaded in all workers, once. */
  async isUnchanged(version: Version): Promise<boolean> {
    const entry = this.#entries.get(version.model)!;
    const state = await this.#read(entry);
    if (state?.signature === version.signature) return true;
    if (state && entry.version === version && entry.refused !== state.signature) void this.#reload(entry, state);
    return false;
  }

  /** Gives a version up that no worker can answer with, unless it can be had again or a newer one takes its place. */
  giveUp(version: Version): Promise<void> {
    return this.#inTurn(async () => {
      const entry = this.#entries.get(version.model)!;
      const { pool, log, onSwap } = this.#parts;
      if (entry.version !== version || this.#closed || !pool.lacks(version)) return;
      const state = await this.#read(entry);
      const isThere = state !== null && (state.signature === version.signature || state.signature !== entry.refused);
      if (isThere) return;
      entry.version = null;
      entry.state = 'failed';
      entry.failedAt = performance.now();
      entry.note = 'its worker was lost and its files are gone or cannot be loaded; the log says more';
      log.error({ model: entry.spec.name, version: version.number }, 'no worker has it, and its files are not there');
      void this.#discard(version);
      onSwap();
    });
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** Bytes of the weights of the loaded models, in all workers. */
  bytes(): Map<string, number> {
    const all = new Map<string, number>();
    for (const [{ model }, bytes] of this.#held) all.set(model, (all.get(model) ?? 0) + bytes);
    return all;
  }

  /** Loads a model that is not in memory; whoever asks meanwhile waits for the same. */
  #loading(entry: Entry): Promise<Version> {
    entry.loading ??= this.#inTurn(async () => {
      entry.state = 'loading';
      try {
        const state = await readFolder(entry.spec.path);
        entry.version = await this.#load(entry, state, false);
        entry.state = 'ready';
        entry.note = null;
        entry.refused = null;
        this.#parts.onSwap();
        return entry.version;
      } catch (error) {
        entry.state = 'failed';
        entry.failedAt = performance.now();
        entry.note = 'it could not be loaded; the log says more';
        this.#parts.log.error({ model: entry.spec.name, reason: messageOf(error) }, 'model not loaded');
        throw error;
      } finally {
        entry.loading = null;
      }
    });
    return entry.loading;
  }

  /** A version of what is in a folder now, loaded and warm in every worker. @throws NoRoomError, or what keeps it from being loaded */
  async #load(entry: Entry, state: FolderState, inTurn: boolean): Promise<Version> {
    const { pool, log } = this.#parts;
    const { name, path } = entry.spec;
    const begin = performance.now();
    for (let attempt = 1; ; attempt++) {
      const version = new Version(++this.#ids, name, entry.versions + 1, state.folder, state.signature);
      try {
        const reserved = Math.ceil(state.weightBytes * entry.growth) * pool.wanted;
        await this.#makeRoom(entry, reserved);
        this.#held.set(version, reserved);
        const facts = await pool.load(version, inTurn);
        // Workers read the files one after another, and all are to have read the same.
        if ((await readFolder(path)).signature !== state.signature)
          throw new Error('its files changed while they were read');
        const bytes = facts.bytes * pool.wanted;
        entry.growth = Math.max(1, facts.bytes / Math.max(1, state.weightBytes));
        if (bytes > reserved) {
          this.#held.delete(version);
          await this.#makeRoom(entry, bytes);
        }
        this.#held.set(version, bytes);
        version.facts = facts;
        for (const { count, positions, ms } of facts.warmUp) version.cost.observe(count, positions, ms);
        entry.versions++;
        [entry.task, entry.modelType] = [facts.task, facts.modelType];
        const ms = Math.round(performance.now() - begin);
        log.info({ model: name, version: version.number, task: facts.task, bytes, ms }, 'model loaded');
        return version;
      } catch (error) {
        pool.unload(version);
        this.#held.delete(version);
        // That a worker was lost at this moment may be the model's doing, or not: it gets one more try.
        if (!(error instanceof HostGoneError) || attempt > 1 || this.#closed) throw error;
        await this.#parts.pool.settled();
      }
    }
  }

  /**
   * Sees to it that so many bytes can be taken: models that have not been used for longest make room.
   *
   * @throws NoRoomError when all others together do not make enough
   */
  async #makeRoom(entry: Entry, bytes: number): Promise<void> {
    const { memoryBytes } = this.#options;
    const held = () => [...this.#held.values()].reduce((a, b) => a + b, 0);
    const others = [...this.#entries.values()].filter((other) => other !== entry && other.version);
    const own = [...this.#held].reduce((sum, [{ model }, size]) => sum + (model === entry.spec.name ? size : 0), 0);
    if (own + bytes > memoryBytes)
      throw new NoRoomError(
        `it takes ${gib(bytes)}${own ? ` beside ${gib(own)} of the version in use` : ''}; there are ${gib(memoryBytes)} for all models`,
      );
    others.sort((a, b) => a.lastUsed - b.lastUsed);
    for (const other of others) {
      if (held() + bytes <= memoryBytes) return;
      const { version } = other;
      other.version = null;
      other.state = 'unloaded';
      other.note = `made room for ${entry.spec.name}: of all models it was not used for the longest time`;
      this.#parts.log.warn({ model: other.spec.name, bytes: this.#held.get(version!) }, other.note);
      this.#parts.metrics.evictions.inc({ model: other.spec.name });
      await this.#discard(version!);
    }
    // What is left are versions that have been replaced and still compute.
    if (held() + bytes > memoryBytes) throw new NoRoomError(`${gib(held())} of ${gib(memoryBytes)} are in use`);
  }

  /** Unloads a version when the last job that is bound to it is done. */
  async #discard(version: Version): Promise<void> {
    await version.retire();
    this.#parts.pool.unload(version);
    this.#held.delete(version);
  }

  /** Looks at the folders, now and again. */
  #look(): void {
    this.#timer = setTimeout(async () => {
      for (const entry of this.#entries.values()) {
        const state = await this.#read(entry);
        const before = entry.seen;
        entry.seen = state?.signature ?? null;
        // Files that are just being written are looked at again.
        if (!state || state.signature !== before || entry.loading) continue;
        const known = entry.version?.signature ?? null;
        if (known !== null && known !== state.signature && entry.refused !== state.signature)
          await this.#reload(entry, state);
        if (entry.state === 'failed' && entry.refused !== state.signature) {
          entry.refused = state.signature;
          await this.#loading(entry).catch(() => {});
        }
      }
      if (!this.#closed) this.#look();
    }, this.#options.reloadMs);
    this.#timer.unref();
  }

  /** The state of a folder; null while it holds no model, as in the moment of swapping checkpoints. */
  async #read(entry: Entry): Promise<FolderState | null> {
    try {
      return await readFolder(entry.spec.path);
    } catch (error) {
      if (entry.seen !== null)
        this.#parts.log.warn(
          { model: entry.spec.name, reason: messageOf(error) },
          'the folder of a model cannot be read',
        );
      return null;
    }
  }

  /** Loads what is in a folder now beside what was there, and lets it answer when it is warm. The old one stays if that fails. */
  #reload(entry: Entry, state: FolderState): Promise<void> {
    return this.#inTurn(async () => {
      const old = entry.version;
      if (!old || old.signature === state.signature || this.#closed) return;
      const { log, metrics, onSwap } = this.#parts;
      const model = entry.spec.name;
      try {
        entry.version = await this.#load(entry, state, true);
      } catch (error) {
        entry.refused = state.signature;
        entry.note = 'its folder holds a newer version that could not be loaded; the log says more';
        metrics.reloads.inc({ model, outcome: 'failed' });
        log.error({ model, reason: messageOf(error) }, 'the new version is not loaded; the old one stays');
        return;
      }
      entry.note = null;
      entry.refused = null;
      metrics.reloads.inc({ model, outcome: 'done' });
      log.info({ model, version: entry.version.number }, 'new version in use');
      void this.#discard(old);
      onSwap();
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}
