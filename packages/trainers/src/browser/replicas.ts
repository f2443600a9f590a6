// Workers as Web Workers of a page, or of a worker of its.
import type { FromWorker, ToWorker } from '../parallel/messages.ts';
import { type MakeReplica, serveReplica as serve } from '../parallel/replica.ts';
import { Replicas, type ReplicaThread } from '../parallel/replicas.ts';

export interface StartReplicasOptions {
  /** Workers in all, the calling thread included: one thread less is started. */
  readonly workers: number;
  /**
   * Starts a Web Worker whose module calls {@link serveReplica}. A function, because bundlers look for the words
   * `new Worker(new URL('./replica.js', import.meta.url), { type: 'module' })` in the program itself.
   */
  readonly start: () => Worker;
  /** Given to each worker's replica. Large arrays are best put on a SharedArrayBuffer, which is not copied. */
  readonly config: unknown;
}

/** A worker says so when it listens: what is sent to one that still loads its modules may be lost. */
const listening = 'listening';

/**
 * Starts the Web Workers that train beside this thread, for the option `replicas` of `train`. They start while this returns
 * at once; close them in a `finally`. Called from a worker, so that the page's own thread stays free.
 *
 * @throws Error when workers is not an integer of at least 1, or the page is not cross-origin isolated
 */
export function startReplicas({ workers, start, config }: StartReplicasOptions): Replicas {
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw new Error(`startReplicas: workers is ${workers}; want an integer of at least 1`);
  }
  if (!globalThis.crossOriginIsolated) {
    throw new Error(
      'startReplicas: the page is not cross-origin isolated, and so its workers cannot share memory; its server must send ' +
        "'Cross-Origin-Opener-Policy: same-origin' and 'Cross-Origin-Embedder-Policy: require-corp' with the page and " +
        "the workers' scripts",
    );
  }
  return new Replicas(
    Array.from({ length: workers - 1 }, () => workerThread(start())),
    config,
  );
}

/**
 * Makes this Web Worker a worker of the thread that started it by {@link startReplicas}. Nothing else may listen to its
 * messages.
 *
 * @throws Error outside a Web Worker
 */
export function serveReplica<Config>(make: MakeReplica<Config>): void {
  if (!('WorkerGlobalScope' in globalThis)) {
    throw new Error('serveReplica: this is not a Web Worker; startReplicas starts them');
  }
  serve(
    {
      post: (message) => postMessage(message),
      listen(onMessage) {
        addEventListener('message', ({ data }: MessageEvent<ToWorker>) => onMessage(data));
        postMessage(listening);
      },
      close: () => close(),
    },
    make,
  );
}

function workerThread(worker: Worker): ReplicaThread {
  let waiting: ToWorker[] | undefined = [];
  return {
    post(message) {
      // Copied at once, as a message that is sent would be, and refused at once if it cannot be.
      if (waiting) waiting.push(structuredClone(message));
      else worker.postMessage(message);
    },
    listen(onMessage, onLoss) {
      worker.addEventListener('message', ({ data }: MessageEvent<FromWorker | typeof listening>) => {
        if (data !== listening) return onMessage(data);
        for (const message of waiting ?? []) worker.postMessage(message);
        waiting = undefined;
      });
      worker.addEventListener('messageerror', () => onLoss('sent what cannot be read'));
      worker.addEventListener('error', (event) => {
        // Here it is told of; the browser need not print it, too.
        event.preventDefault();
        onLoss(event.message ? `failed: ${event.message}` : 'could not be loaded', event.error);
      });
    },
    // A page's workers end with the page, whoever waits for them.
    hold() {},
    async terminate() {
      worker.terminate();
    },
  };
}
