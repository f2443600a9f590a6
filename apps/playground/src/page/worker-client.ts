// The page's side of the conversation with a worker: a call is a promise, events go to a listener, and a worker that dies
// fails every call that waits for it.
import type { Failure, Question, Reply } from '../shared/calls.ts';

type Pending = { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void };
type Calls<C> = { [K in keyof C]: [unknown, unknown] };

/** What a worker threw, or the worker's own end. */
export class CallError extends Error {
  /** of an input that does not fit: which field of it */
  readonly field: string | undefined;

  constructor({ name, message, field }: Failure) {
    super(message);
    this.name = name;
    this.field = field;
  }
}

export class WorkerClient<C extends Calls<C>, E = Record<never, never>> {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<keyof E, (data: never) => void>();
  /** Called when the worker fails by itself. */
  onFailure: ((error: Error) => void) | null = null;
  #next = 1;
  #end: Error | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      const why = event.message || 'it could not be loaded, or ran out of memory';
      const error = new Error(`the worker failed: ${why}`);
      this.#close(error);
      this.onFailure?.(error);
    };
  }

  /** @throws CallError with what the worker threw; Error when the worker is gone */
  call<K extends keyof C & string>(call: K, input: C[K][0]): Promise<C[K][1]> {
    if (this.#end) return Promise.reject(this.#end);
    const id = this.#next++;
    return new Promise<C[K][1]>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      this.#worker.postMessage({ id, call, input } satisfies Question);
    });
  }

  /** Who hears an event; one listener each. */
  on<K extends keyof E>(event: K, listener: (data: E[K]) => void): void {
    this.#listeners.set(event, listener as (data: never) => void);
  }

  /** Ends the worker, and gives its memory back. */
  terminate(): void {
    this.#close(new Error('the worker was ended'));
  }

  #hear(reply: Reply): void {
    if ('event' in reply) {
      this.#listeners.get(reply.event as keyof E)?.(reply.data as never);
      return;
    }
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if ('error' in reply) pending?.reject(new CallError(reply.error));
    else pending?.resolve(reply.answer);
  }

  #close(error: Error): void {
    this.#end ??= error;
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
