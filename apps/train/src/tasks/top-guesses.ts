// What a model thinks likeliest, out of a row of its scores.

/** A token and how sure the model is of it. */
export interface Guess {
  readonly id: number;
  readonly probability: number;
}

/** The `top` most probable tokens of one row of scores. */
export function topGuesses(logits: ArrayLike<number>, top: number): Guess[] {
  const scores = Array.from(logits);
  const highest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = scores.map((score) => Math.exp(score - highest));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights
    .map((weight, id) => ({ id, probability: weight / total }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, top);
}
