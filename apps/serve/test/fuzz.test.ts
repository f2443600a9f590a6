// Some hundred malformed requests: nothing but refusals, and the server goes on. bench/fuzz.mjs sends ten thousand.
import { beforeAll, describe, expect, it } from 'vitest';
import { start, testFolder } from './fake-server.ts';
import { complaintOf, type Outcome, sendMalformed, sendStream } from './fuzz-client.ts';
import { malformedRequests, malformedStreams } from './malformed.ts';
import { realWorkers, writeModels } from './real-models.ts';

const folder = testFolder();
const requests = 300;
const streams = 36;
const atOnce = 16;

/** The next `count` of them, so many at once. */
async function sendAll<T>(items: Iterator<T>, count: number, send: (item: T) => Promise<Outcome>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let left = count;
  const sender = async () => {
    while (left-- > 0) outcomes.push(await send(items.next().value as T));
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
  return outcomes;
}

describe('malformed requests', () => {
  let models: string[];
  beforeAll(async () => {
    models = Object.values(await writeModels(folder));
  });

  it('get refusals and nothing else', async () => {
    const { server, send } = await start(models, { requestTimeoutMs: 1000, bodyLimitMb: 8 }, realWorkers);
    const seed = 20_260_101;
    const [whole, broken] = await Promise.all([
      sendAll(malformedRequests(seed), requests, (item) => sendMalformed(server.url, item)),
      sendAll(malformedStreams(seed, 200), streams, (item) => sendStream(server.url, item, 4000)),
    ]);
    expect(whole.map((outcome) => complaintOf(outcome, false)).filter(Boolean)).toEqual([]);
    expect(broken.map((outcome) => complaintOf(outcome, true)).filter(Boolean)).toEqual([]);
    expect(whole).toHaveLength(requests);
    expect(new Set(whole.map(({ kind }) => kind)).size).toBeGreaterThan(15);
    // Most streams are answered; all of them have ended.
    expect(broken.filter(({ status }) => status >= 400).length).toBeGreaterThan(streams / 2);
    expect((await send('/readyz')).status).toBe(200);
  });
});
