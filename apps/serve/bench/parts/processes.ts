// The processes of a benchmark: the server and the generator of requests each have one, so that neither waits for the other's
// event loop; this one only asks and writes down.
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ServeOptions } from '../../src/index.ts';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href;

/** Requests that a server has taken, and those that it has answered to the end. */
export interface Counts {
  readonly taken: number;
  readonly answered: number;
}

/** A process that answers one question at a time. */
export class Asked<Questions extends Record<string, { readonly ask: unknown; readonly answer: unknown }>> {
  readonly process: ChildProcess;
  /** of a server, when it has ended */
  counts: Counts | null = null;

  constructor(file: string, execArgv: readonly string[] = []) {
    this.process = fork(fileURLToPath(new URL(file, import.meta.url)), {
      execArgv: ['--import', tsx, ...execArgv],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.process.on('message', (message: { readonly counts?: Counts }) => {
      this.counts = message.counts ?? this.counts;
    });
  }

  ask<K extends keyof Questions & string>(what: K, value: Questions[K]['ask']): Promise<Questions[K]['answer']> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null) => reject(new Error(`the process ended with ${code} when asked to ${what}`));
      this.process.once('exit', onExit);
      this.process.once('message', (message: { readonly error?: string; readonly value: Questions[K]['answer'] }) => {
        this.process.off('exit', onExit);
        if (message.error === undefined) resolve(message.value);
        else reject(new Error(message.error));
      });
      this.process.send({ what, value });
    });
  }

  /** Sends a signal; resolves to the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null> {
    return new Promise((resolve) => {
      if (this.process.exitCode !== null) return resolve(this.process.exitCode);
      this.process.once('exit', (code) => resolve(code));
      this.process.kill(signal);
    });
  }
}

/** The other side: answers questions until the process ends. */
export function answerQuestions(handlers: Readonly<Record<string, (value: never) => unknown>>): void {
  process.on('message', async ({ what, value }: { readonly what: string; readonly value: never }) => {
    try {
      process.send!({ value: await handlers[what]!(value) });
    } catch (error) {
      process.send!({ error: error instanceof Error ? error.message : String(error) });
    }
  });
}

/** Delays of the server's event loop, in milliseconds. */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Bytes, after a collection of garbage. */
export interface Memory {
  readonly rss: number;
  readonly heap: number;
  readonly external: number;
}

export type ServerQuestions = {
  start: { ask: ServeOptions; answer: { readonly url: string; readonly engine: string } };
  /** starts measuring anew */
  'reset lag': { ask: null; answer: null };
  lag: { ask: null; answer: Lag };
  memory: { ask: null; answer: Memory };
  /** of an engine */
  kill: { ask: number; answer: boolean };
};
