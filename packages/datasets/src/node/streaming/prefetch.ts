// Batches made ahead in a thread of their own, so that reading and tokenising cost the training thread nothing.
import { once } from 'node:events';
import { parentPort, Worker } from 'node:worker_threads';

/** What is made ahead: an endless row of values, which can be gone on with from a state. */
export interface PrefetchSource<Value> {
  next(): Promise<Value>;
  /** Where the row stands, as plain JSON; setting it goes on from there. */
  state: unknown;
  /** Told to the other thread once, at the beginning. */
  readonly about?: unknown;
}

export interface PrefetchOptions {
  /** The module that the thread runs; it calls {@link servePrefetch}. */
  readonly entry: URL;
  /** Given to what that opens: any value that can be cloned. */
  readonly config: unknown;
  /** Values that are made before they are asked for, at most. Default 4. */
  readonly ahead?: number;
}

type ToWorker =
  | { readonly kind: 'open'; readonly config: unknown }
  /** Start a new row from a state, and drop what was made of the one before. */
  | { readonly kind: 'seek'; readonly row: number; readonly state: unknown }
  | { readonly kind: 'more'; readonly row: number; readonly count: number };

type FromWorker =
  | { readonly kind: 'opened'; readonly about: unknown; readonly state: unknown }
  | { readonly kind: 'value'; readonly row: number; readonly value: unknown; readonly state: unknown }
  /** No more values come until a `seek`. */
  | { readonly kind: 'failed'; readonly row: number; readonly message: string; readonly stack: string | undefined };

type Item = Extract<FromWorker, { kind: 'value' | 'failed' }>;

/** The training thread's side. */
export class Prefetch<Value> {
  /** What the source says of itself. */
  readonly about: unknown;
  readonly #worker: Worker;
  readonly #ahead: number;
  #state: unknown;
  #row = 0;
  #queue: Item[] = [];
  #mustSeek = true;
  #lost: Error | undefined;
  #closed = false;
  #wake: (() => void) | undefined;

  private constructor(worker: Worker, ahead: number, about: unknown, state: unknown) {
    this.#worker = worker;
    this.#ahead = ahead;
    this.about = about;
    this.#state = state;
  }

  /**
   * Starts the thread, and waits until it has opened its source. It does not keep the program running but while a value is
   * waited for.
   *
   * @throws Error with the message of the source when that cannot be opened; or naming the option that does not fit
   */
  static async start<Value>({ entry, config, ahead = 4 }: PrefetchOptions): Promise<Prefetch<Value>> {
    if (!(Number.isInteger(ahead) && ahead >= 1)) {
      throw new Error(`prefetch: ahead is ${ahead}; want an integer of at least 1`);
    }
    const worker = new Worker(entry);
    try {
      const opened = await firstMessage(worker, { kind: 'open', config });
      if (opened.kind === 'failed') throw errorOf(opened);
      if (opened.kind !== 'opened') throw new Error(`prefetch: the worker began with "${opened.kind}"`);
      const made = new Prefetch<Value>(worker, ahead, opened.about, opened.state);
      made.#listen();
      return made;
    } catch (error) {
      await worker.terminate();
      throw error;
    }
  }

  /** Where the values stand that were given; those made ahead do not count. */
  get state(): unknown {
    return this.#state;
  }

  set state(state: unknown) {
    this.#state = state;
    this.#mustSeek = true;
  }

  /**
   * The next value.
   *
   * @throws Error with the message that the source had; the next call then tries again
   */
  async next(): Promise<Value> {
    if (this.#closed) throw new Error('prefetch: it has been closed');
    if (this.#mustSeek) this.#seek();
    while (this.#queue.length === 0 && !this.#lost && !this.#closed) await this.#message();
    const item = this.#queue.shift();
    if (!item) throw this.#lost ?? new Error('prefetch: it was closed while a value was waited for');
    if (item.kind === 'failed') {
      this.#mustSeek = true;
      throw errorOf(item);
    }
    this.#state = item.state;
    this.#post({ kind: 'more', row: this.#row, count: 1 });
    return item.value as Value;
  }

  /** Ends the thread; resolves when it is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#queue = [];
    this.#wake?.();
    await this.#worker.terminate();
  }

  #seek(): void {
    this.#mustSeek = false;
    this.#queue = [];
    this.#row++;
    this.#post({ kind: 'seek', row: this.#row, state: this.#state });
    this.#post({ kind: 'more', row: this.#row, count: this.#ahead });
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Resolves when the worker has said something, or is gone. */
  async #message(): Promise<void> {
    this.#worker.ref();
    try {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    } finally {
      this.#wake = undefined;
      this.#worker.unref();
    }
  }

  #listen(): void {
    this.#worker.unref();
    this.#worker.on('message', (message: FromWorker) => {
      if (message.kind !== 'opened' && message.row === this.#row) this.#queue.push(message);
      this.#wake?.();
    });
    const lose = (error: Error) => {
      this.#lost ??= error;
      this.#wake?.();
    };
    this.#worker.on('error', lose);
    this.#worker.on('exit', (code) => lose(new Error(`prefetch: the worker ended with exit code ${code}`)));
  }
}

/** What a worker answers to the first message. @throws its error, or one that says that it ended */
async function firstMessage(worker: Worker, message: ToWorker): Promise<FromWorker> {
  const stop = new AbortController();
  try {
    worker.postMessage(message);
    const ended = once(worker, 'exit', stop).then(([code]) => {
      throw new Error(`prefetch: the worker ended with exit code ${code}`);
    });
    const [answer] = await Promise.race([once(worker, 'message', stop), ended]);
    return answer;
  } finally {
    stop.abort();
  }
}

/**
 * Makes this thread one of {@link Prefetch.start}: the whole of an `entry` module.
 *
 * @param open makes the source of what was given as `config`
 * @throws Error in a thread that nobody started
 */
export function servePrefetch<Config, Value>(open: (config: Config) => Promise<PrefetchSource<Value>>): void {
  const port = parentPort;
  if (!port) throw new Error('servePrefetch: this is not a worker thread; Prefetch.start starts them');
  let source: PrefetchSource<Value>;
  let row = 0;
  let wanted = 0;
  let seek: { readonly state: unknown } | undefined;
  let isMaking = false;

  /** One value after the other, as long as some are wanted; a state is set between two of them. */
  async function make(): Promise<void> {
    if (isMaking) return;
    isMaking = true;
    while (wanted > 0) {
      const mine = row;
      try {
        if (seek) {
          const { state } = seek;
          seek = undefined;
          source.state = state;
        }
        const value = await source.next();
        if (mine !== row) continue;
        wanted--;
        const message: FromWorker = { kind: 'value', row, value, state: source.state };
        port!.postMessage(message, buffersOf(value));
      } catch (error) {
        if (mine !== row) continue;
        port!.postMessage(failure(error, row));
        // What is still asked for of this row is not made.
        wanted = 0;
        row = -1;
      }
    }
    isMaking = false;
  }

  port.on('message', (message: ToWorker) => {
    if (message.kind === 'open') {
      open(message.config as Config).then(
        (opened) => {
          source = opened;
          port.postMessage({ kind: 'opened', about: source.about, state: source.state } satisfies FromWorker);
        },
        (error: unknown) => port.postMessage(failure(error, row)),
      );
    } else if (message.kind === 'seek') {
      row = message.row;
      wanted = 0;
      seek = { state: message.state };
    } else if (message.row === row) {
      wanted += message.count;
      void make();
    }
  });
}

function failure(error: unknown, row: number): FromWorker {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'failed', row, message, stack };
}

function errorOf({ message, stack }: Extract<FromWorker, { kind: 'failed' }>): Error {
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** The memory of a value's typed arrays, which goes over to the other thread in place of a copy. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null) return [];
  const buffers = Object.values(value).flatMap((part: unknown) =>
    ArrayBuffer.isView(part) && part.buffer instanceof ArrayBuffer && part.byteLength === part.buffer.byteLength
      ? [part.buffer]
      : [],
  );
  return [...new Set(buffers)];
}
