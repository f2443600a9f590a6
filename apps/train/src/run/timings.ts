// Medians of repeated work, in Node and in a page alike.
import * as tf from '@tensorflow/tfjs-core';

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Wasm starts in code compiled in a hurry and is compiled again while it runs: what is timed comes after that. Work of
 * many seconds is warm after one run.
 */
const warmUp = { runs: 3, ms: 500, longMs: 5000 };
/** Work shorter than this is repeated within one timing, so that the clock's grain does not matter. */
const shortestMs = 20;

/**
 * Runs `work` until it is warm, at least half a second and 3 times or 5 seconds, then times it `repeats` times.
 *
 * @param work makes tensors; one value of each is read, so that an engine that computes later is waited for, and they are
 *   disposed of
 * @returns milliseconds a call, in the order they were taken
 */
export async function timings(
  work: () => readonly tf.Tensor[] | Promise<readonly tf.Tensor[]>,
  repeats: number,
): Promise<number[]> {
  async function time(calls: number): Promise<number> {
    const start = performance.now();
    for (let call = 0; call < calls; call++) {
      const results = await work();
      if (call === calls - 1) await finished(results);
      tf.dispose([...results]);
    }
    return (performance.now() - start) / calls;
  }
  const begin = performance.now();
  let ms = 0;
  let spent = 0;
  for (let run = 0; spent < warmUp.ms || (run < warmUp.runs && spent < warmUp.longMs); run++) {
    ms = await time(1);
    spent = performance.now() - begin;
  }
  const calls = Math.max(1, Math.ceil(shortestMs / ms));
  const times: number[] = [];
  while (times.length < repeats) times.push(await time(calls));
  return times;
}

/** Waits until an engine has computed these tensors. The engines wasm and cpu have, by the time an op returns. */
export async function finished(results: readonly tf.Tensor[]): Promise<void> {
  if (['wasm', 'cpu'].includes(tf.getBackend())) return;
  for (const result of results) {
    const first = tf.tidy(() => tf.slice(tf.reshape(result, [-1]), 0, 1));
    await first.data();
    first.dispose();
  }
}

/** Three significant digits are what a timing is worth; four keep comparisons honest. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
