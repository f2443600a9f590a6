// What a model that ignores the context reaches: the bar that masked-language training has to clear.
import type { OrdinaryIds } from './ordinary.ts';

export interface UnigramScore {
  /** Mean negative log-likelihood, nats a token. */
  readonly loss: number;
  /** Share of labels that equal the most frequent token. */
  readonly accuracy: number;
  /** How many labels were scored. */
  readonly count: number;
}

/**
 * Token frequencies with one count added to every ordinary token, so that an unseen token has a finite loss. Equally
 * frequent best guesses: the lowest id.
 */
export class UnigramModel {
  readonly #logProbability: Float64Array;
  /** The id it always guesses. */
  readonly guess: number;

  /**
   * @param ids the training tokens; special ones are not counted
   * @param ordinary the ids that are
   */
  constructor(ids: Iterable<number>, ordinary: OrdinaryIds) {
    const counts = new Float64Array(ordinary.vocabSize).map((_, id) => (ordinary.isSpecial(id) ? 0 : 1));
    for (const id of ids) if (!ordinary.isSpecial(id)) counts[id]!++;
    const total = counts.reduce((sum, count) => sum + count, 0);
    this.#logProbability = counts.map((count) => Math.log(count / total));
    this.guess = counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0));
  }

  /** @throws Error when there is no label */
  score(labels: Iterable<number>): UnigramScore {
    let loss = 0;
    let right = 0;
    let count = 0;
    for (const label of labels) {
      loss -= this.#logProbability[label]!;
      if (label === this.guess) right++;
      count++;
    }
    if (count === 0) throw new Error('UnigramModel.score: there are no labels; want at least one');
    return { loss: loss / count, accuracy: right / count, count };
  }
}
