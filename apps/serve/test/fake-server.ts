// For tests: a server whose workers compute nothing (fake-worker.ts), in this process, at a port of its own.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { pino } from 'pino';
import { afterAll, afterEach } from 'vitest';
import { type ServeOptions, type Server, startServer } from '../src/index.ts';

/** What a fake model is like. */
export interface FakeSettings {
  /** comes back with every answer */
  readonly tag: string;
  /** milliseconds a batch */
  readonly ms: number;
  /** milliseconds an input, beside those */
  readonly each?: number;
  /** of its weights */
  readonly bytes: number;
  /** of its weights when they are loaded; by default as on disk */
  readonly loadedBytes?: number;
  /** it cannot be loaded */
  readonly broken?: boolean;
  /** its folder is removed when it has been loaded */
  readonly vanishes?: boolean;
  /** a file that is written when it is unloaded */
  readonly disposed?: string;
}

/** What the fakes answer. */
export interface FakeAnswer {
  readonly text: string;
  readonly tag: string;
  readonly batch: number;
  readonly thread: number;
  /** inputs that this model has computed in this thread */
  readonly computed: number;
}

export interface Reply<T = FakeAnswer & { readonly error: { code: string; message: string; requestId: string } }> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** A folder that is removed after the file's tests. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'orchid-serve-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** fake-worker.ts as one file of JavaScript: many workers are started, and each would compile it anew. */
export const workerEntry = (() => {
  const outfile = join(testFolder(), 'fake-worker.mjs');
  const entry = fileURLToPath(new URL('./fake-worker.ts', import.meta.url));
  buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm' });
  return pathToFileURL(outfile);
})();

/** Writes a fake model into a folder, whole or not at all; a second time makes a new version. */
export function writeFake(folder: string, settings: Partial<FakeSettings> = {}): string {
  const all: FakeSettings = { tag: 'a', ms: 0, bytes: 1000, ...settings };
  const part = `${folder}.part`;
  mkdirSync(part, { recursive: true });
  writeFileSync(join(part, 'config.json'), JSON.stringify({ model_type: 'orchid-recall', vocab_size: 20 }));
  writeFileSync(join(part, 'model.safetensors'), Buffer.alloc(all.bytes));
  writeFileSync(join(part, 'fake.json'), JSON.stringify(all));
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
  return folder;
}

/** A running server, and how to talk to it. */
export interface Running {
  readonly server: Server;
  /** lines of the log, parsed */
  readonly log: { readonly msg: string; readonly [key: string]: unknown }[];
  post(sequence: string, extra?: object, init?: RequestInit): Promise<Reply>;
  send<T>(path: string, init?: RequestInit): Promise<Reply<T>>;
  /** a metric's value by its name and labels, as Prometheus reads it */
  metric(line: string): Promise<number>;
  /** inputs that wait or are computed */
  taken(): Promise<number>;
  /** the same, and the requests that models have answered since the start */
  begun(): Promise<number>;
}

const open = new Set<Server>();
afterEach(async () => {
  await Promise.all([...open].map((server) => server.close()));
  open.clear();
});

/** Starts a server that is closed after the test. */
export async function start(
  models: readonly string[],
  options: Partial<ServeOptions> = {},
  entry: URL = workerEntry,
): Promise<Running> {
  const log: Running['log'] = [];
  const lines = new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).trim().split('\n')) log.push(JSON.parse(line));
      done();
    },
  });
  const server = await startServer(
    { models, port: 0, workers: 1, backend: 'cpu', batchWaitMs: 5, reloadMs: 0, ...options },
    { log: pino(lines), workerEntry: entry },
  );
  open.add(server);
  await server.ready;
  return { server, log, ...client(server.url) };
}

/** Talks to a server. */
export function client(url: string): Omit<Running, 'server' | 'log'> {
  const send = async <T>(path: string, init: RequestInit = {}): Promise<Reply<T>> => {
    const response = await fetch(`${url}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
  };
  const metric = async (line: string) => {
    const { body } = await send<string>('/metrics');
    const found = body.split('\n').find((one) => one.startsWith(`${line} `));
    return Number(found?.slice(line.length + 1));
  };
  return {
    send,
    post: (sequence, extra = {}, init = {}) =>
      send('/v1/recall', {
        method: 'POST',
        body: JSON.stringify({ sequence, ...extra }),
        ...init,
        headers: { 'content-type': 'application/json', ...init.headers },
      }),
    metric,
    begun: async () => {
      const { body } = await send<string>('/metrics');
      const lines = body
        .split('\n')
        .filter((line) => /^orchid_(requests_total\{method="POST"|(queue|running)_inputs )/.test(line));
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    taken: async () => (await metric('orchid_queue_inputs')) + (await metric('orchid_running_inputs')),
  };
}

/** Waits until something holds. @throws Error when it does not within so many seconds */
export async function until(holds: () => boolean | Promise<boolean>, what: string, seconds = 15): Promise<void> {
  for (let i = 0; i < 40 * seconds; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`still not: ${what}`);
}
