// Takes a listener down so that no client loses a request that it could believe to have been taken.
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';

/** For so many milliseconds at most it is waited for a moment in which nobody waits to be taken in. */
const patienceMs = 100;
const sweepMs = 50;
/** Looks in a row that find nothing under way, before what is still connected is cut off: whoever has just sent a request on a
 * connection that was idle is answered by then, with word that it ends. */
const quietSweeps = 5;

/**
 * Takes no more connections; resolves when those that there are have ended.
 *
 * @param active requests whose answers are not out yet
 * @param mostMs milliseconds after which every answer is there: who has not read theirs by then is cut off
 */
export async function closeListener(server: Server, active: () => number, mostMs: number): Promise<void> {
  const end = performance.now() + mostMs;
  await emptyBacklog(server);
  // An HTTP server's own `close` would also cut off idle connections, at the very moment at which a request may be on its way.
  const closed = new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
  let quiet = 0;
  const sweep = setInterval(() => {
    quiet = active() === 0 ? quiet + 1 : 0;
    if (quiet >= quietSweeps || performance.now() > end) server.closeAllConnections();
  }, sweepMs);
  await closed;
  clearInterval(sweep);
}

/** The system resets who has connected and was not taken in: waits for a turn of the event loop in which there was nobody. */
async function emptyBacklog(server: Server): Promise<void> {
  let taken = 0;
  const count = () => {
    taken++;
  };
  server.on('connection', count);
  const end = performance.now() + patienceMs;
  let before: number;
  do {
    before = taken;
    await setImmediate();
  } while (taken > before && performance.now() < end);
  server.off('connection', count);
}
