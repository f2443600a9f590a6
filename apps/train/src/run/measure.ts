// Medians of repeated work, and how a benchmark's result is printed.
import * as tf from '@tensorflow/tfjs-core';
import { type Io, say } from '../io.ts';

/** Options that every benchmark has. */
export interface BenchOptions {
  readonly backend: string;
  readonly repeats: number;
  readonly json?: boolean;
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Runs `work` `warmUp` times, then times it `repeats` times.
 *
 * @param work makes tensors; they are disposed of outside the clock, after one value of each has been read, so that an
 *   engine that computes later is waited for
 * @returns times in milliseconds, in the order they were taken
 */
export async function timings(work: () => tf.Tensor[], repeats: number, warmUp = 2): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < warmUp + repeats; i++) {
    const start = performance.now();
    const results = work();
    await finished(results);
    if (i >= warmUp) times.push(performance.now() - start);
    tf.dispose(results);
  }
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

/** Prints one result: a JSON line with --json, else the same facts as words. */
export function report(io: Io, json: boolean | undefined, result: Readonly<Record<string, unknown>>): void {
  if (json) say(io, JSON.stringify(result));
  else
    say(
      io,
      Object.entries(result)
        .map(
          ([key, value]) =>
            `${key} ${typeof value === 'number' ? value.toLocaleString('en-US', { maximumFractionDigits: 4 }) : value}`,
        )
        .join('  '),
    );
}
