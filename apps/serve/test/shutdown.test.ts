// The end: what has been taken is answered, nothing new is taken, nothing is left running.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { start, testFolder, until, writeFake } from './fake-server.ts';

const folder = testFolder();

it('answers all that it has taken, and then ends', async () => {
  const { server, post, begun } = await start([writeFake(join(folder, 'm'), { ms: 150 })], {
    maxBatch: 2,
    batchWaitMs: 0,
  });
  const replies = Array.from({ length: 12 }, (_, i) => post(`${i}`.padStart(2, '0')));
  await until(async () => (await begun()) >= 12, 'all are taken');
  const closed = server.close();
  expect(server.readiness()).toMatchObject({ ready: false, reason: 'shutting down' });
  const done = await Promise.all(replies);
  expect(done.map(({ status }) => status)).toEqual(Array(12).fill(200));
  await closed;
  await expect(post('late')).rejects.toThrow();
  // A second call waits for the same end.
  await server.close();
});

it('can be closed while its models are being loaded', async () => {
  const { server } = await start([writeFake(join(folder, 'n'))]);
  await server.close();
  expect(server.readiness().ready).toBe(false);
});
