// The way of requests through the queue: batches, order, the bound, deadlines, clients that go away.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Scheduler } from '../src/inference/scheduler.ts';
import { Version } from '../src/inference/version.ts';
import { Metrics } from '../src/metrics.ts';
import { start, testFolder, until, writeFake } from './fake-server.ts';

const folder = testFolder();
const model = (name: string, settings = {}) => writeFake(`${folder}/${name}`, settings);

describe('batches', () => {
  it('what comes within the wait is computed together, by bucket', async () => {
    const { post } = await start([model('together')], { batchWaitMs: 60 });
    const texts = ['aa', 'b', 'cc', 'd', 'ee'];
    const replies = await Promise.all(texts.map((text) => post(text)));
    expect(replies.map(({ body }) => body.text)).toEqual(texts);
    expect(replies.map(({ body }) => body.batch)).toEqual([3, 2, 3, 2, 3]);
    expect(replies.map(({ headers }) => headers.get('x-batch-size'))).toEqual(['3', '2', '3', '2', '3']);
  });

  it('a full batch waits for nothing', async () => {
    const { post } = await start([model('full')], { batchWaitMs: 1000, maxBatch: 4, deadlineMs: 900 });
    const replies = await Promise.all(['a', 'b', 'c', 'd'].map((text) => post(text)));
    expect(replies.map(({ status, body }) => [status, body.batch])).toEqual(Array(4).fill([200, 4]));
  });

  it('no more inputs or positions than allowed; a long one goes alone', async () => {
    const { post } = await start([model('limits', { ms: 20 })], { maxBatch: 3, maxBatchPositions: 8, batchWaitMs: 30 });
    const many = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((text) => post(text)));
    expect(Math.max(...many.map(({ body }) => body.batch))).toBe(3);
    const long = await Promise.all(['aaaa', 'bbbb', 'cccc', 'dddd', 'eeeeeeeeeeee'].map((text) => post(text)));
    expect(long.map(({ body }) => body.batch)).toEqual([2, 2, 2, 2, 1]);
  });

  it('a queue becomes batches without waiting', async () => {
    const { post } = await start([model('queue', { ms: 30 })], { batchWaitMs: 0, maxBatch: 16 });
    const replies = await Promise.all(Array.from({ length: 24 }, () => post('x')));
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    expect(Math.max(...replies.map(({ body }) => body.batch))).toBeGreaterThan(4);
  });

  it('several workers share the work', async () => {
    const { post } = await start([model('shared', { ms: 30 })], { workers: 2, maxBatch: 1, batchWaitMs: 0 });
    const replies = await Promise.all(Array.from({ length: 8 }, () => post('x')));
    expect(new Set(replies.map(({ body }) => body.thread)).size).toBe(2);
  });
});

describe('more than can be done', () => {
  it('beyond the queue: 429 with a time to come back; the others are answered', async () => {
    const { post, metric } = await start([model('bounded', { ms: 150 })], {
      queueLimit: 4,
      maxBatch: 1,
      batchWaitMs: 0,
    });
    const replies = await Promise.all(Array.from({ length: 12 }, () => post('x')));
    const refused = replies.filter(({ status }) => status === 429);
    expect(replies.filter(({ status }) => status === 200).length + refused.length).toBe(12);
    expect(refused.length).toBeGreaterThanOrEqual(6);
    for (const { body, headers } of refused) {
      expect(body.error.code).toBe('queue_full');
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    expect(await metric('orchid_queue_inputs')).toBe(0);
  });

  it('nobody is taken who could not be answered in time', async () => {
    const { post } = await start([model('slow', { ms: 100 })], { maxBatch: 1, batchWaitMs: 0, deadlineMs: 1000 });
    // From here on it is known what one costs.
    for (let i = 0; i < 3; i++) await post('x');
    const replies = await Promise.all(Array.from({ length: 30 }, () => post('x')));
    const count = (status: number) => replies.filter((reply) => reply.status === status).length;
    expect(count(504)).toBe(0);
    expect(count(200)).toBeGreaterThanOrEqual(5);
    expect(count(429)).toBe(30 - count(200));
  });

  it('a deadline is kept, whatever the worker does, and frees the place', async () => {
    const { post, metric } = await start([model('late', { ms: 400 })], {
      maxBatch: 1,
      deadlineMs: 150,
      batchWaitMs: 0,
    });
    const begin = performance.now();
    const replies = await Promise.all(['x', 'x', 'x'].map((text) => post(text)));
    expect(performance.now() - begin).toBeLessThan(400);
    expect(replies.map(({ status, body }) => [status, body.error.code])).toEqual(
      Array(3).fill([504, 'deadline_exceeded']),
    );
    expect(await metric('orchid_queue_inputs')).toBe(0);
    expect(await metric('orchid_running_inputs')).toBe(0);
  });

  it('who goes away frees the place, and is not computed', async () => {
    const { post, taken } = await start([model('gone', { ms: 400 })], { maxBatch: 1, batchWaitMs: 0 });
    const first = post('first');
    await until(async () => (await taken()) === 1, 'the first is there');
    const gone = new AbortController();
    const [second, third] = ['second', 'third'].map((text) =>
      post(text, {}, { signal: gone.signal }).catch((error: Error) => error.name),
    );
    const last = post('last');
    await until(async () => (await taken()) === 4, 'all are there');
    gone.abort();
    expect([await second, await third]).toEqual(['AbortError', 'AbortError']);
    await until(async () => (await taken()) <= 2, 'their places are free');
    expect((await first).status).toBe(200);
    expect((await last).body).toMatchObject({ text: 'last', computed: 2 });
  });
});

it('who is gone before anything is done holds no version', async () => {
  const version = new Version(1, 'm', 1, folder, 'signature');
  const scheduler = new Scheduler(
    { maxBatch: 1, maxBatchPositions: 1, batchWaitMs: 0, queueLimit: 1, deadlineMs: 1000 },
    {
      workers: { engines: [], preparer: null },
      versionOf: () => version,
      metrics: new Metrics(),
      log: pino({ level: 'silent' }),
    },
  );
  const request = { model: 'm', operation: 'answer', input: { kind: 'text', text: 'x' }, options: {} } as const;
  await expect(scheduler.submit(request, (gone) => gone())).rejects.toMatchObject({ code: 'client_gone' });
  expect([version.users, scheduler.counts.waiting]).toEqual([0, 0]);
});

describe('inputs that do not fit', () => {
  it('are told so at once, with the field', async () => {
    const { post } = await start([model('input')]);
    const { status, body } = await post('bad');
    expect([status, body.error.code, body.error.message]).toEqual([
      400,
      'invalid_input',
      'sequence is bad; want a good one',
    ]);
  });

  it('do not spoil a batch: each is tried by itself', async () => {
    const { post, log } = await start([model('spoiled')], { batchWaitMs: 50 });
    const replies = await Promise.all(['apple', 'throw', 'grape'].map((text) => post(text)));
    expect(replies.map(({ status }) => status)).toEqual([200, 500, 200]);
    const { error } = replies[1]!.body;
    expect(error.code).toBe('inference_failed');
    expect(error.message).not.toContain(folder);
    expect(log.some(({ msg }) => msg.includes('a batch failed'))).toBe(true);
  });

  it('a fault of ours while preparing is no fault of the client, and tells nothing', async () => {
    const { post } = await start([model('fault')]);
    const { status, body } = await post('preparer throws');
    expect([status, body.error.code]).toEqual([500, 'inference_failed']);
    expect(JSON.stringify(body)).not.toContain(folder);
  });
});
