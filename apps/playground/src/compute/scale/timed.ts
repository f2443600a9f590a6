// Medians of repeated work: the first time, with everything still to be compiled, does not count.

/** Work is repeated until so much time is spent on it, or so often. */
const ENOUGH_MS = 1_000;
const MOST = 7;
/** Work that takes so long is not repeated for the sake of what is compiled at first. */
const LONG_MS = 4_000;

/** @param work one repetition, waited for to its end */
export async function timed(work: () => Promise<void>): Promise<{ ms: number; repeats: number }> {
  const once = async () => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const first = await once();
  if (first > LONG_MS) return { ms: first, repeats: 1 };
  const times: number[] = [];
  let spent = 0;
  while (times.length === 0 || (spent < ENOUGH_MS && times.length < MOST)) {
    const ms = await once();
    times.push(ms);
    spent += ms;
  }
  return { ms: median(times), repeats: times.length };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
