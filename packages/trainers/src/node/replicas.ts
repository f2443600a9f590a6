// Workers as Node's worker_threads.
import { parentPort, Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker } from '../parallel/messages.ts';
import { type MakeReplica, serveReplica as serve } from '../parallel/replica.ts';
import { Replicas, type ReplicaThread } from '../parallel/replicas.ts';

export interface StartReplicasOptions {
  /** Workers in all, the calling thread included: one thread less is started. */
  readonly workers: number;
  /** The module that the threads run; it calls {@link serveReplica}. */
  readonly entry: URL;
  /** Given to each thread's replica. Large arrays are best put on a SharedArrayBuffer, which is not copied. */
  readonly config: unknown;
}

/**
 * Starts the threads that train beside this one, for the option `replicas` of `train`. They start while this returns at
 * once; close them in a `finally`.
 *
 * @throws Error when workers is not an integer of at least 1
 */
export function startReplicas({ workers, entry, config }: StartReplicasOptions): Replicas {
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw new Error(`startReplicas: workers is ${workers}; want an integer of at least 1`);
  }
  return new Replicas(
    Array.from({ length: workers - 1 }, () => workerThread(entry)),
    config,
  );
}

/**
 * Makes this thread a worker of the one that started it by {@link startReplicas}: the whole of an `entry` module.
 *
 * @throws Error in a thread that nobody started
 */
export function serveReplica<Config>(make: MakeReplica<Config>): void {
  const port = parentPort;
  if (!port) throw new Error('serveReplica: this is not a worker thread; startReplicas starts them');
  serve(
    {
      post: (message) => port.postMessage(message),
      listen: (onMessage) => void port.on('message', onMessage),
      close: () => port.close(),
    },
    make,
  );
}

function workerThread(entry: URL): ReplicaThread {
  const worker = new Worker(entry);
  return {
    post: (message: ToWorker) => worker.postMessage(message),
    listen(onMessage, onLoss) {
      worker.on('message', (message: FromWorker) => onMessage(message));
      worker.on('messageerror', (error) => onLoss(`sent what cannot be read: ${error.message}`, error));
      worker.on('error', (error: unknown) => {
        onLoss(`failed: ${error instanceof Error ? error.message : String(error)}`, error);
      });
      worker.on('exit', (code) => onLoss(`ended with exit code ${code} before the run was over`));
    },
    hold: (isAwaited) => (isAwaited ? worker.ref() : worker.unref()),
    terminate: () => worker.terminate(),
  };
}
