// Puts the server together: keys, workers, models, the way of requests, HTTP; and takes it down without losing one.

import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { type Logger, pino } from 'pino';
import { messageOf, OptionError } from './errors.ts';
import { buildApp } from './http/app.ts';
import { closeListener } from './http/close-listener.ts';
import { readKeys } from './http/keys.ts';
import type { ReadyState, Service } from './http/service.ts';
import { Scheduler } from './inference/scheduler.ts';
import { Metrics } from './metrics.ts';
import { readSpecs } from './models/folder.ts';
import { type ModelStatus, Registry } from './models/registry.ts';
import { isLoopback, type ServeOptions, settingsOf } from './options.ts';
import { resolveModel } from './resolve.ts';
import { Pool } from './workers/pool.ts';

/** What a server takes from the program that starts it. */
export interface ServeContext {
  /** relative folders are relative to this; by default the process's */
  readonly cwd?: string;
  /** by default JSON lines on standard output */
  readonly log?: Logger;
  /** the module that workers run; tests have their own */
  readonly workerEntry?: URL;
}

/** A server that listens. */
export interface Server {
  /** with the port that it listens at */
  readonly url: string;
  /** resolves when the models are loaded and warm, to the engine in words; rejects when that fails */
  readonly ready: Promise<string>;
  models(): readonly ModelStatus[];
  readiness(): ReadyState;
  /** Takes no more connections, answers what it has taken, and ends. */
  close(): Promise<void>;
  /** Ends a worker as a crash would; for drills. @returns whether there was one */
  killWorker(index: number): Promise<boolean>;
}

const GIB = 2 ** 30;
/** Seen from src as from dist. */
const defaultEntry = new URL('../bin/worker.mjs', import.meta.url);
/** A batch that takes so many deadlines, and so many milliseconds at least, is taken for one that never ends. */
const stuckDeadlines = 6;
const stuckMs = 30_000;
/** Connections that the system keeps until they are taken in, if it lets that many be. */
const backlog = 2048;

/**
 * Starts a server. It listens at once, and says at /readyz when its models are there.
 *
 * @throws OptionError naming the option that does not fit: a folder without a model, a port that is taken, ...
 */
export async function startServer(options: ServeOptions, context: ServeContext = {}): Promise<Server> {
  const settings = settingsOf(options);
  const specs = readSpecs(settings.models, context.cwd ?? process.cwd());
  // Written when there is time: the event loop does not wait for whoever reads the log.
  const log = context.log ?? pino(pino.destination({ dest: 1, sync: false }));
  const keyFile = settings.apiKeyFile === null ? null : await readKeys(settings.apiKeyFile);
  if (keyFile && !keyFile.isPrivate) log.warn('others on this machine can read the file with the API keys');
  if (!keyFile && !isLoopback(settings.host))
    log.warn({ host: settings.host }, 'whoever reaches this address can use the models: no API keys are asked for');

  const metrics = new Metrics();
  let started: Promise<void> = Promise.resolve();
  let isStarted = false;
  const pool: Pool = new Pool(
    {
      workers: settings.workers,
      entry: context.workerEntry ?? defaultEntry,
      config: settings,
      log,
      stuckMs: Math.max(stuckMs, stuckDeadlines * settings.deadlineMs),
    },
    {
      prepared: (results) => scheduler.prepared(results),
      ran: (batch, outcome) => scheduler.ran(batch, outcome),
      lost: (host) => scheduler.lost(host),
      ready: () => scheduler.workersChanged(),
      isUnchanged: (version) => registry.isUnchanged(version),
      unusable: (version) => registry.giveUp(version),
    },
  );
  const scheduler: Scheduler = new Scheduler(settings, {
    workers: pool,
    // Who asks before there are workers waits for them.
    versionOf: (model) => (isStarted ? registry.versionOf(model) : started.then(() => registry.versionOf(model))),
    metrics,
    log,
  });
  const registry: Registry = await Registry.open(
    specs,
    { memoryBytes: settings.memoryGb * GIB, reloadMs: settings.reloadMs },
    { pool, metrics, log, onSwap: () => scheduler.workersChanged() },
  );

  let isDraining = false;
  // Of the models that are loaded at the start. One that is loaded when it is asked for keeps no other from answering.
  let isLoaded = false;
  const readiness = (): ReadyState => {
    const workers = { ready: pool.engines.length, wanted: pool.wanted };
    const reason = isDraining
      ? 'shutting down'
      : !isLoaded
        ? 'models are being loaded'
        : workers.ready === 0 || !pool.preparer
          ? 'there is no worker'
          : null;
    return reason === null ? { ready: true, workers } : { ready: false, reason, workers };
  };
  const service: Service = {
    models: () => registry.status(),
    modelFor: (name, tasks) => resolveModel(registry.status(), name, tasks),
    refusal: () => scheduler.refusal(),
    submit: (request, whenGone) => scheduler.submit(request, whenGone),
    readiness,
    isDraining: () => isDraining,
  };
  metrics.observe({
    waiting: () => scheduler.counts.waiting,
    running: () => scheduler.counts.running,
    workers: () => pool.engines.length,
    replaced: () => pool.replaced,
    modelBytes: () => registry.bytes(),
  });
  const { app, active } = await buildApp({
    settings,
    keys: keyFile?.keys ?? null,
    service,
    metrics,
    log,
    version: versionOf(),
  });
  let { host } = settings;
  try {
    // By that name Fastify would listen at every address that it has, each with a listener of its own, without the limits of this.
    if (host === 'localhost') ({ address: host } = await lookup(host, { verbatim: false }));
    await app.listen({ host, port: settings.port, backlog, listenTextResolver: () => 'listening' });
  } catch (error) {
    await app.close();
    const { code } = error as NodeJS.ErrnoException;
    const option = code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' ? 'host' : 'port';
    throw new OptionError(option, `cannot listen at ${settings.host}:${settings.port}: ${messageOf(error)}`, {
      cause: error,
    });
  }

  started = pool.start();
  const load = async () => {
    await started;
    isStarted = true;
    await registry.start();
    isLoaded = true;
    scheduler.workersChanged();
    const engine = pool.engine!.text;
    log.info({ engine, models: registry.names() }, 'ready');
    return engine;
  };
  const ready = load();
  // Who started the server is told by `ready`; until somebody listens to it, it is no unhandled rejection.
  ready.catch(() => {});

  const end = async () => {
    isDraining = true;
    log.info(scheduler.counts, 'shutting down: what has been taken is answered');
    registry.close();
    await closeListener(app.server, active, settings.deadlineMs + settings.requestTimeoutMs);
    await app.close();
    await scheduler.drain();
    await pool.close();
    log.info('shut down');
  };
  let ending: Promise<void> | null = null;
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ready,
    models: () => registry.status(),
    readiness,
    close: () => {
      ending ??= end();
      return ending;
    },
    killWorker: (index) => pool.kill(index),
  };
}

function versionOf(): string {
  return (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
}
