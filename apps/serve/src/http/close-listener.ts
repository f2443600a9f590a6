// Takes a listener down so that no client loses a request that it could believe to have been taken.
import type { Server } from 'node:http';
import { setImmediate, setTimeout } from 'node:timers/promises';

/** For so many milliseconds requests are still taken, each answered with word that its connection ends. */
const lameDuckMs = 250;
/** ... and then so many more until nobody waits to be taken in, if that comes to be. */
const patienceMs = 500;
const sweepMs = 50;
/** Looks in a row that find nothing under way, before what is still connected is cut off. */
const quietSweeps = 3;

/**
 * Takes no more connections; resolves when those that there are have ended.
 *
 * @param active requests whose answers are not out yet
 */
export async function closeListener(server: Server, active: () => number): Promise<void> {
  // So that no client has just sent one more request on a connection that is being closed.
  await setTimeout(lameDuckMs);
  await emptyBacklog(server);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  let quiet = 0;
  const sweep = setInterval(() => {
    quiet = active() === 0 ? quiet + 1 : 0;
    // Connections on which nothing is asked, a browser's that it opened beforehand for one, are not waited for.
    if (quiet >= quietSweeps) server.closeAllConnections();
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
