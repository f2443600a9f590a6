// Workers that are lost: what they computed is tried once more elsewhere, they are replaced, and no client waits for ever.
import { describe, expect, it } from 'vitest';
import { start, testFolder, until, writeFake } from './fake-server.ts';

const folder = testFolder();
const model = (name: string, settings = {}) => writeFake(`${folder}/${name}`, settings);

describe('a lost worker', () => {
  it('killed under load: every request is answered, and another takes its place', async () => {
    const { server, post, metric } = await start([model('killed', { ms: 20 })], { workers: 2, maxBatch: 4 });
    const replies: Promise<{ status: number; body: { text: string } }>[] = [];
    for (let i = 0; i < 60; i++) {
      replies.push(post(`${i}`.padStart(3, '0')));
      if (i === 20) expect(await server.killWorker(0)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const done = await Promise.all(replies);
    expect(done.map(({ status, body }) => [status, body.text])).toEqual(
      Array.from({ length: 60 }, (_, i) => [200, `${i}`.padStart(3, '0')]),
    );
    await until(async () => (await metric('orchid_workers')) === 2, 'two workers again');
    expect(await metric('orchid_workers_replaced')).toBe(1);
  });

  it('an input that ends workers is tried twice, alone the second time, and takes nobody with it', async () => {
    const { post, log } = await start([model('poison', { ms: 5 })], { workers: 1, batchWaitMs: 60 });
    const replies = await Promise.all(['fine', 'exit', 'good'].map((text) => post(text)));
    expect(replies.map(({ status }) => status)).toEqual([200, 503, 200]);
    expect(replies[1]!.body.error.code).toBe('worker_lost');
    expect(log.filter(({ msg }) => msg === 'worker lost')).toHaveLength(2);
  });

  it('an input whose worker was lost by chance is answered', async () => {
    const { post, metric } = await start([model('chance')], { workers: 1 });
    const { status, body } = await post(`exit|${folder}/chance-mark`);
    expect([status, body.text]).toEqual([200, `exit|${folder}/chance-mark`]);
    expect(await metric('orchid_retries_total')).toBe(1);
  });

  it('the preparer, too', async () => {
    const { post } = await start([model('preparer')]);
    const { status } = await post(`preparer ends|${folder}/preparer-mark`);
    expect(status).toBe(200);
    expect((await post('preparer ends')).body.error.code).toBe('worker_lost');
    expect((await post('and on')).status).toBe(200);
  });

  it('is not ready meanwhile', async () => {
    const { server, send } = await start([model('unready')]);
    expect((await send('/readyz')).status).toBe(200);
    await server.killWorker(0);
    await until(async () => (await send('/readyz')).status === 503, 'not ready');
    await until(async () => (await send('/readyz')).status === 200, 'ready again');
    expect((await send('/healthz')).status).toBe(200);
  });
});

it('a worker that does not start: the server says why and ends', async () => {
  await expect(start([model('engine')], { blas: 'none' })).rejects.toThrow('no engine today');
});
