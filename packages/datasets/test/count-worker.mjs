// A thread for the tests of prefetching: counts, fails where it is told to, and ends where it is told to.
import { register } from 'tsx/esm/api';

register();
const { servePrefetch } = await import('../src/node/streaming/prefetch.ts');

servePrefetch(async ({ openFails, failAt, endAt, spinAt }) => {
  if (openFails) throw new Error('cannot be opened');
  let count = 0;
  let failures = 0;
  return {
    about: { name: 'counts' },
    async next() {
      if (count === endAt) process.exit(3);
      if (count === failAt && failures++ < 2) throw new Error(`no ${count} today`);
      if (count === spinAt) await new Promise(() => {});
      return { values: Int32Array.of(count++, 7) };
    },
    get state() {
      return { count };
    },
    set state(state) {
      if (!Number.isInteger(state.count)) throw new Error(`no state: ${JSON.stringify(state)}`);
      count = state.count;
    },
  };
});
