// The page: hands an order to a fresh worker, and counts meanwhile how often its own thread gets a turn.
import type { Order, Outcome, Reply } from './messages.ts';

/** How often the main thread asks for a turn, in milliseconds. */
const every = 10;

/** Counts turns of this thread from now on. */
function startBeats(): { stop(): Pick<Outcome, 'beats' | 'longestWaitMs'> } {
  let beats = 0;
  let longestWaitMs = 0;
  let last = performance.now();
  const measure = () => {
    const now = performance.now();
    longestWaitMs = Math.max(longestWaitMs, now - last);
    last = now;
  };
  const timer = setInterval(() => {
    measure();
    beats++;
  }, every);
  return {
    stop() {
      clearInterval(timer);
      measure();
      return { beats, longestWaitMs };
    },
  };
}

function bench(order: Order): Promise<Outcome> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  let beat = startBeats();
  return new Promise<Outcome>((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`));
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      if ('failed' in data) reject(new Error(data.failed));
      else if ('done' in data) resolve({ ...data.done, crossOriginIsolated, ...beat.stop() });
      else {
        // What came before was loading and compiling; what counts is a worker in the middle of its steps.
        beat.stop();
        beat = startBeats();
      }
    };
    worker.postMessage(order);
  }).finally(() => {
    beat.stop();
    worker.terminate();
  });
}

Object.assign(globalThis, { bench });
