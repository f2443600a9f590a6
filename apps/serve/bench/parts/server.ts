// The server of a benchmark, in a process of its own.
import { subscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pino } from 'pino';
import { type ServeOptions, type Server, startServer } from '../../src/index.ts';
import { answerQuestions, type Lag, type Memory } from './processes.ts';

let server: Server | null = null;
const delays = monitorEventLoopDelay({ resolution: 1 });
const ms = (nanoseconds: number) => Math.round(nanoseconds / 1e4) / 100;

const counts = { taken: 0, answered: 0 };
subscribe('http.server.request.start', () => {
  counts.taken++;
});
subscribe('http.server.response.finish', () => {
  counts.answered++;
});

process.on('SIGTERM', async () => {
  await server?.close();
  process.send!({ counts }, () => process.exit(0));
});

answerQuestions({
  async start(options: ServeOptions) {
    server = await startServer(options, { log: pino(pino.destination({ dest: 1, sync: false })) });
    const engine = await server.ready;
    delays.enable();
    return { url: server.url, engine };
  },
  'reset lag': () => {
    delays.reset();
    return null;
  },
  lag: (): Lag => ({ p50: ms(delays.percentile(50)), p99: ms(delays.percentile(99)), max: ms(delays.max) }),
  async memory(): Promise<Memory> {
    for (let i = 0; i < 3; i++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { rss, heapUsed: heap, external } = process.memoryUsage();
    return { rss, heap, external };
  },
  kill: (index: number) => server!.killWorker(index),
});
