// Spearman's correlation: whether predicted numbers are in the order of the true ones, from -1 to 1.
import { checkPairs } from './check.ts';
import { pearson } from './pearson.ts';

/** Ranks from 1 on; equal values share the mean of theirs. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const out = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end]!] === values[order[first]!]) end++;
    // Ranks first + 1 to end.
    for (let i = first; i < end; i++) out[order[i]!] = (first + 1 + end) / 2;
    first = end;
  }
  return out;
}

/**
 * Pearson's correlation of the ranks. 0 when all predictions, or all labels, are equal, where it is not defined.
 *
 * @param predictions numbers [n]
 * @param labels numbers [n]
 * @throws Error when there are none, or not as many
 */
export function spearman(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkPairs('spearman', predictions, labels);
  return pearson(ranks(predictions), ranks(labels));
}
