// Workers that are lost: what they computed is tried once more elsewhere, they are replaced, and no client waits for ever.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Job } from '../src/inference/job.ts';
import { Version } from '../src/inference/version.ts';
import { Pool } from '../src/workers/pool.ts';
import { start, testFolder, until, workerEntry, writeFake } from './fake-server.ts';

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

  it('an input that ends the preparer is tried twice, alone the second time, and takes nobody with it', async () => {
    const { post, taken, log } = await start([model('preparer-poison')]);
    const first = post('preparer rests');
    await until(async () => (await taken()) === 1, 'it rests');
    // What comes meanwhile it reads in one go.
    const replies = await Promise.all(['fine', 'preparer ends', 'good'].map((text) => post(text)));
    expect(replies.map(({ status }) => status)).toEqual([200, 503, 200]);
    expect(replies[1]!.body.error.code).toBe('worker_lost');
    expect((await first).status).toBe(200);
    expect(log.filter(({ msg }) => msg === 'worker lost')).toHaveLength(2);
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

describe('a worker that hangs is ended and replaced', () => {
  /** What hangs is given to the pool's workers. */
  async function lostOf(version: Version, hang: (pool: Pool) => void): Promise<readonly string[]> {
    const lost: string[] = [];
    const pool: Pool = new Pool(
      {
        workers: 1,
        entry: workerEntry,
        config: { backend: 'cpu', blas: 'off', maxBatch: 1, maxBatchPositions: 1 },
        log: pino({ level: 'silent' }),
        stuckMs: 200,
      },
      {
        prepared: () => {},
        ran: () => {},
        lost: ({ role }) => lost.push(role),
        ready: () => {},
        isUnchanged: async () => true,
        unusable: async () => {},
      },
    );
    try {
      await pool.start();
      await pool.load(version, false);
      hang(pool);
      await until(() => lost.length === 1 && pool.engines.length === 1 && pool.preparer !== null, 'it is replaced');
      expect(pool.engines[0]!.has(version) && pool.preparer!.has(version)).toBe(true);
    } finally {
      await pool.close();
    }
    return lost;
  }
  const input = { kind: 'text', text: 'preparer hangs' } as const;

  it('an engine', async () => {
    const version = new Version(1, 'hangs', 1, model('hangs', { ms: 60_000 }), 'signature');
    const settle = { resolve: () => {}, reject: () => {} };
    const job = new Job(1, { model: 'hangs', operation: 'answer', input, options: {} }, performance.now(), settle);
    job.prepared = Object.assign({ task: 'recall', bucket: '', positions: 1 } as const, { text: 'x' });
    const lost = await lostOf(version, ({ engines }) => engines[0]!.run(1, 'answer', { version, jobs: [job] }));
    expect(lost).toEqual(['engine']);
  });

  it('the preparer', async () => {
    const version = new Version(1, 'rests', 1, model('rests'), 'signature');
    const item = { id: 1, version: 1, operation: 'answer', input, options: {} } as const;
    expect(await lostOf(version, ({ preparer }) => preparer!.prepare([item]))).toEqual(['preparer']);
  });
});

it('a worker that does not start: the server says why and ends', async () => {
  await expect(start([model('engine')], { blas: 'none' })).rejects.toThrow('no engine today');
});
