// What a model thinks likeliest, out of a row of its scores.

/** An id and how sure the model is of it. */
export interface Guess {
  readonly id: number;
  readonly probability: number;
}

/**
 * The `top` most probable of one row of scores, the likeliest first, of equals the one with the lower id. Probabilities are those
 * among the answers (softmax in float64).
 *
 * @param isAnswer ids that may be guessed; by default all
 * @throws Error when the scores are not numbers: the model is broken
 */
export function topGuesses(
  scores: ArrayLike<number>,
  top: number,
  isAnswer: (id: number) => boolean = () => true,
): Guess[] {
  const count = scores.length;
  let highest = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < count; id++) if (scores[id]! > highest && isAnswer(id)) highest = scores[id]!;
  const best: { id: number; weight: number }[] = [];
  let total = 0;
  for (let id = 0; id < count; id++) {
    if (!isAnswer(id)) continue;
    const weight = Math.exp(scores[id]! - highest);
    total += weight;
    if (best.length === top && !(weight > best[top - 1]!.weight)) continue;
    let at = best.length;
    while (at > 0 && weight > best[at - 1]!.weight) at--;
    best.splice(at, 0, { id, weight });
    if (best.length > top) best.pop();
  }
  if (!(total > 0))
    throw new Error("the model's scores are not numbers; its weights are damaged, or none may be guessed");
  return best.map(({ id, weight }) => ({ id, probability: weight / total }));
}
