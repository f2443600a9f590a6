// The page that runs a package's cases: on its own thread, or in a worker.
import { engineInWords, runCase } from './run-case.ts';

let worker: Worker | undefined;

/** Runs a case in the worker; one at a time. */
function runInWorker(name: string): Promise<string[]> {
  worker ??= new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const current = worker;
  return new Promise((resolve, reject) => {
    current.onmessage = ({ data }: MessageEvent<string[]>) => resolve(data);
    current.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`));
    current.postMessage(name);
  });
}

Object.assign(globalThis, { runCase, runInWorker, engineInWords });
