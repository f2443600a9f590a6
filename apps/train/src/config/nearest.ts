// "Did you mean ...?": the nearest of the words that would have been right.
import { distance } from 'fastest-levenshtein';

/**
 * The candidate nearest to `word`, or undefined when none is near enough to be meant.
 * A dotted key is also compared by its last part, so `learning_rate` finds `optimizer.learning_rate`.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  const lastPart = (key: string) => key.slice(key.lastIndexOf('.') + 1);
  for (const candidate of candidates) {
    const edits = Math.min(
      distance(word.toLowerCase(), candidate.toLowerCase()),
      distance(lastPart(word).toLowerCase(), lastPart(candidate).toLowerCase()) + 0.5,
    );
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return bestDistance <= Math.max(2, word.length / 3) ? best : undefined;
}

/** `; did you mean X?`, or nothing. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const guess = nearest(word, candidates);
  return guess === undefined ? '' : `; did you mean \`${guess}\`?`;
}
