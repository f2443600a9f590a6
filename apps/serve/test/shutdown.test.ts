// The end: what has been taken is answered, nothing new is taken, nothing is left running.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
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

/** A connection of one's own, on which something has been written. */
async function connected(url: string, text: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

it('does not wait for ever for a client that does not read', async () => {
  const { server } = await start([writeFake(join(folder, 'unread'))], { deadlineMs: 300, requestTimeoutMs: 100 });
  const page = 'GET /docs/static/swagger-ui-bundle.js HTTP/1.1\r\nhost: localhost\r\n\r\n';
  const socket = await connected(server.url, page.repeat(6));
  socket.pause();
  await new Promise((resolve) => setTimeout(resolve, 300));
  let ended = false;
  void server.close().then(() => {
    ended = true;
  });
  await until(() => ended, 'it has ended');
  socket.destroy();
});

it('requests behind another on a connection end with it: they are not computed, and nobody waits for them', async () => {
  const { server, post, taken } = await start([writeFake(join(folder, 'piped'), { ms: 300 })], {
    maxBatch: 1,
    batchWaitMs: 0,
    deadlineMs: 60_000,
    requestTimeoutMs: 60_000,
  });
  const body = '{"sequence":"x"}';
  const head = `POST /v1/recall HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
  const socket = await connected(server.url, `${head}content-length: ${body.length}\r\n\r\n${body}`.repeat(4));
  await until(async () => (await taken()) === 4, 'all are there');
  socket.destroy();
  await until(async () => (await taken()) <= 1, 'their places are free');
  expect((await post('last')).body).toMatchObject({ text: 'last', computed: 2 });
  // Nothing is under way, so that a connection without a request is cut off soon.
  const idle = await connected(server.url, '');
  let ended = false;
  void server.close().then(() => {
    ended = true;
  });
  await until(() => ended, 'it has ended', 5);
  idle.destroy();
});
