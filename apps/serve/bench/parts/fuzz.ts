// Malformed requests by the thousand: whole ones (no JSON, no UTF-8, wrong types, deep, huge, broken images and sounds) and
// streams (slow senders, wrong lengths, no HTTP). Nothing but refusals, and memory that does not grow.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { complaintOf, type Outcome, sendMalformed, sendStream } from '../../test/fuzz-client.ts';
import { malformedRequests, malformedStreams } from '../../test/malformed.ts';
import { writeModels } from '../../test/real-models.ts';
import { Asked, type Memory, type ServerQuestions } from './processes.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const count = Number(values.count);
const seed = Number(values.seed);
/** One in so many is a stream. */
const streamShare = 20;
/** Bytes that the heap and the buffers may have grown between the first third and the end. */
const mostGrowth = 24 * 2 ** 20;

const folder = mkdtempSync(join(tmpdir(), 'orchid-fuzz-'));
const models = Object.values(await writeModels(folder));
const server = new Asked<ServerQuestions>('./server.ts', ['--expose-gc']);
const complaints = new Map<string, number>();
const statuses = new Map<string, number>();
const add = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);

async function sendAll<T>(
  items: Iterator<T>,
  total: number,
  atOnce: number,
  send: (item: T) => Promise<Outcome>,
  isStream: boolean,
) {
  let left = total;
  const sender = async () => {
    while (left-- > 0) {
      const outcome = await send(items.next().value as T);
      add(statuses, outcome.status === 0 ? `closed without an answer (${outcome.kind})` : `${outcome.status}`);
      const complaint = complaintOf(outcome, isStream);
      if (complaint) add(complaints, complaint);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
}

const used = ({ heap, external }: Memory) => heap + external;
const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;

try {
  const { url } = await server.ask('start', {
    models,
    port: 0,
    backend: 'wasm',
    workers: 1,
    reloadMs: 0,
    requestTimeoutMs: 2000,
  });
  const requests = malformedRequests(seed);
  const streams = malformedStreams(seed, 300);
  const part = async (share: number) => {
    const all = Math.round(count * share);
    const slow = Math.round(all / streamShare);
    await Promise.all([
      sendAll(requests, all - slow, 32, (item) => sendMalformed(url, item), false),
      sendAll(streams, slow, 32, (item) => sendStream(url, item, 8000), true),
    ]);
  };
  const before = await server.ask('memory', null);
  await part(1 / 3);
  const early = await server.ask('memory', null);
  await part(2 / 3);
  const late = await server.ask('memory', null);
  const growth = used(late) - used(early);
  const ready = await fetch(`${url}/readyz`);
  const lines = [
    `${count} malformed requests, seed ${seed}, one in ${streamShare} a stream of its own:`,
    '',
    ...[...statuses].sort().map(([status, n]) => `- ${status}: ${n}`),
    '',
    `Memory of the server after a collection: ${mib(used(before))} of heap and buffers at first (${mib(before.rss)} in all), ` +
      `${mib(used(early))} (${mib(early.rss)}) after a third, ${mib(used(late))} (${mib(late.rss)}) at the end.`,
  ];
  console.log(lines.join('\n'));
  for (const [complaint, n] of complaints) console.error(`${n} x ${complaint}`);
  if (growth > mostGrowth) console.error(`the memory grew by ${mib(growth)}`);
  if (ready.status !== 200) console.error(`the server is not ready: ${ready.status}`);
  const holds = complaints.size === 0 && growth <= mostGrowth && ready.status === 200;
  process.exitCode = holds ? 0 : 1;
  if (values.write && holds) {
    const { writeMeasured } = (await import(new URL('../../../../tooling/bench/report.mjs', import.meta.url).href)) as {
      writeMeasured(file: string, text: string, section: string): void;
    };
    writeMeasured(fileURLToPath(new URL('../../BENCHMARKS.md', import.meta.url)), lines.join('\n'), 'fuzz');
  }
} finally {
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
process.exit(process.exitCode ?? 0);
