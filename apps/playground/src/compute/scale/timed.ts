// Medians of repeated work. The first times do not count: shaders are still to be compiled then, and wasm code is compiled in a
// hurry and again while it runs.
import { LONG_MS } from '../../shared/scale.ts';

/** Work is run without being timed for so long, at least once. */
const WARM_UP_MS = 300;
/** Then it is repeated until so much time is spent on it, or so often. */
const ENOUGH_MS = 1_000;
const MOST = 7;

/**
 * @param work one repetition, waited for to its end
 * @param compiles whether the first repetition may be long for the sake of what it compiles, so that it never counts
 */
export async function timed(
  work: () => Promise<void>,
  { compiles }: { readonly compiles: boolean },
): Promise<{ ms: number; repeats: number }> {
  const once = async () => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  let warm = 0;
  while (warm < WARM_UP_MS) {
    const ms = await once();
    if (ms > LONG_MS && !compiles) return { ms, repeats: 1 };
    warm += ms;
  }
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
