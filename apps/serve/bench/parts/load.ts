// The load test: saturation with and without batches, twice as much as can be done, a killed worker, the end under load.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ServeOptions } from '../../src/index.ts';
import type { GeneratorQuestions, Result } from './generator.ts';
import { type Questions, questionsFor, writeFreshModel } from './inputs.ts';
import { Asked, type Lag, type ServerQuestions } from './processes.ts';

interface Reports {
  markdownTable(titles: readonly string[], rows: readonly (readonly unknown[])[]): string;
  machine(): string;
  writeMeasured(file: string, text: string, section: string): void;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    workers: { type: 'string' },
    connections: { type: 'string', default: '192' },
    'deadline-ms': { type: 'string', default: '5000' },
    write: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const deadlineMs = Number(values['deadline-ms']);

const folder = mkdtempSync(join(tmpdir(), 'orchid-load-'));
const generator = new Asked<GeneratorQuestions>('./generator.ts');
const problems: string[] = [];
const check = (holds: boolean, what: string) => {
  if (!holds) problems.push(what);
};
/** Of the open loop: more than wait and are computed at once. */
const mostConnections = 1024;
const okOf = ({ statuses }: Result) => statuses['200'] ?? 0;
const rateOf = (result: Result) => okOf(result) / result.seconds;
const rounded = (value: number) => Math.round(value * 10) / 10;

async function withServer<T>(
  options: Partial<ServeOptions>,
  work: (server: Asked<ServerQuestions>, url: string) => Promise<T>,
): Promise<T> {
  const server = new Asked<ServerQuestions>('./server.ts');
  try {
    const { url, engine } = await server.ask('start', {
      models: [model],
      port: 0,
      backend: 'wasm',
      deadlineMs,
      reloadMs: 0,
      ...(values.workers !== undefined && { workers: Number(values.workers) }),
      ...options,
    });
    words = engine;
    return await work(server, url);
  } finally {
    await server.end('SIGTERM');
  }
}

let words = '';
const model = positionals[0] ?? (await writeFreshModel(join(folder, 'model')));
const questions: Questions = await questionsFor(model);
const { askings } = questions;
const measure = (url: string, most = connections, rate: number | null = null, time = seconds) =>
  generator.ask('run', { url, askings, seconds: time, connections: most, rate });
const warm = (url: string) => measure(url, connections, null, Math.min(3, seconds));

interface Row {
  readonly name: string;
  readonly result: Result;
  readonly lag: Lag | null;
}
const rows: Row[] = [];
const report = (row: Row) => {
  rows.push(row);
  console.log(JSON.stringify({ ...row, rate: rounded(rateOf(row.result)) }));
};

try {
  const saturated = await withServer({}, async (server, url) => {
    await warm(url);
    await server.ask('reset lag', null);
    const result = await measure(url);
    const lag = await server.ask('lag', null);
    report({ name: `saturation, ${connections} clients`, result, lag });
    check(okOf(result) === result.sent, 'at saturation a request failed');
    check(lag.p99 < 50, `at saturation the event loop's delay p99 is ${lag.p99} ms`);
    await server.ask('reset lag', null);
    const twice = await measure(url, mostConnections, 2 * rateOf(result));
    const twiceLag = await server.ask('lag', null);
    report({
      name: `twice that rate (${Math.round(2 * rateOf(result))}/s due, ${Math.round(twice.sent / seconds)}/s sent)`,
      result: twice,
      lag: twiceLag,
    });
    check(
      okOf(twice) + (twice.statuses['429'] ?? 0) === twice.sent,
      'at twice saturation there is more than 200 and 429',
    );
    check((twice.statuses['429'] ?? 0) > 0, 'at twice saturation nothing was refused');
    check(twice.without === 0, 'a 429 without Retry-After');
    // From where the client stands: with the way there and back.
    check(twice.latency.max < deadlineMs + 250, `an accepted request took ${twice.latency.max} ms`);
    return result;
  });
  const single = await withServer({ maxBatch: 1 }, async (_server, url) => {
    await warm(url);
    const result = await measure(url);
    report({ name: 'the same without batches', result, lag: null });
    return result;
  });
  const gain = rateOf(saturated) / rateOf(single);
  check(gain >= 2, `batches give ${gain.toFixed(2)} times the throughput`);
  await withServer({}, async (server, url) => {
    await warm(url);
    const running = measure(url, connections, null, Math.max(4, seconds / 3));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await server.ask('kill', 0);
    const result = await running;
    report({ name: 'a worker killed after 1.5 s', result, lag: null });
    const { 200: ok = 0, 503: lost = 0 } = result.statuses as Record<number, number>;
    check(ok + lost === result.sent && ok > 0, 'with a worker killed there is more than 200 and 503');
  });
  await withServer({}, async (server, url) => {
    const before = await warm(url);
    const running = measure(url, connections, null, 3);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const code = await server.end('SIGTERM');
    const result = await running;
    report({ name: `SIGTERM after 1.5 s, exit code ${code}`, result, lag: null });
    check(code === 0, `the exit code is ${code}`);
    // What was only connected, and not taken in, is refused or reset by the system; what was taken in is answered.
    const { taken = -1, answered = 0 } = server.counts ?? {};
    console.log(JSON.stringify({ taken, answered, received: okOf(result) + okOf(before) }));
    check(taken === answered, `the server took ${taken} requests and answered ${answered}`);
    check(okOf(result) + okOf(before) === answered, 'an answer was lost on its way');
  });
  for (const { name, result } of rows) check(result.wrong === 0, `${name}: ${result.wrong} wrong answers`);

  // The benchmark tools are plain JavaScript.
  const tools = (await import(new URL('../../../../tooling/bench/report.mjs', import.meta.url).href)) as Reports;
  const table = tools.markdownTable(
    ['', 'answers/s', 'p50 ms', 'p99 ms', 'max ms', 'batch', '200', '429', '503', 'refused', 'wrong', 'loop p99 ms'],
    rows.map(({ name, result: { statuses, errors, latency, batch, wrong, ...rest }, lag }) => [
      name,
      rounded((statuses['200'] ?? 0) / rest.seconds),
      latency.p50,
      latency.p99,
      latency.max,
      batch,
      statuses['200'] ?? 0,
      statuses['429'] ?? 0,
      statuses['503'] ?? 0,
      Object.values(errors).reduce((a, b) => a + b, 0),
      wrong,
      lag ? lag.p99 : '',
    ]),
  );
  const about = `${tools.machine()}; ${words}; ${questions.model}; ${seconds} s each, deadline ${deadlineMs} ms, generator on the same cores. Batches give ${gain.toFixed(2)} times the throughput.`;
  console.log(`\n${about}\n\n${table}`);
  if (values.write)
    tools.writeMeasured(
      fileURLToPath(new URL('../../BENCHMARKS.md', import.meta.url)),
      `${about}\n\n${table}`,
      `load, ${questions.task}`,
    );
} finally {
  generator.process.kill();
  rmSync(folder, { recursive: true, force: true });
}
for (const problem of problems) console.error(`not as it should be: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
