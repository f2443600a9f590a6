// An evaluation as sums over what it counts, so that several workers can share it and a last batch may be smaller.
import * as tf from '@tensorflow/tfjs-core';
import { breathe } from '../breathe.ts';
import type { LossAndMetrics, Scores, Share, Tally } from './task.ts';

/** Batches with the number of answers that each asks for, at hand or read as they are needed. */
export type Counted<B> =
  | Iterable<{ readonly batch: B; readonly count: number }>
  | AsyncIterable<{ readonly batch: B; readonly count: number }>;

/** The share of whoever evaluates alone. */
export const WHOLE: Share = { rank: 0, size: 1 };

/**
 * Sums over a share of the batches; no tensor is left behind.
 *
 * @param batches all of them, the same on every worker, with the number of answers that each asks for
 * @param score mean loss and `accuracy` over a batch's answers; called inside a tidy
 * @throws the signal's reason once it is aborted
 */
export async function tally<B>(
  batches: Counted<B>,
  score: (batch: B) => LossAndMetrics,
  { rank, size }: Share,
  signal?: AbortSignal,
): Promise<Tally> {
  const sum = { count: 0, loss: 0, right: 0 };
  let index = 0;
  for await (const { batch, count } of batches) {
    if (index++ % size !== rank) continue;
    signal?.throwIfAborted();
    const means = tf.tidy(() => {
      const { loss, metrics } = score(batch);
      return tf.stack([loss, metrics.accuracy!]);
    });
    const [loss, accuracy] = await means.data().finally(() => means.dispose());
    sum.count += count;
    sum.loss += loss! * count;
    sum.right += Math.round(accuracy! * count);
    await breathe();
  }
  return sum;
}

/** The scores of an evaluation from the tallies of all its shares. */
export function scoresOf(tallies: readonly Tally[]): Scores {
  const total = (key: keyof Tally) => tallies.reduce((sum, tally) => sum + tally[key], 0);
  const count = total('count');
  return { loss: total('loss') / count, accuracy: total('right') / count };
}
