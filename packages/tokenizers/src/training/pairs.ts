// Learning merges (Sennrich et al. 2016): again and again, the most frequent pair of neighbours becomes one symbol. A pair knows
// the words that it occurs in, and a merge visits only these, so that the work is that of the changes, not of the corpus.

/** A corpus as distinct words: each its symbols and how often it occurs. */
export interface SymbolWords {
  readonly symbols: readonly Int32Array[];
  readonly counts: readonly number[];
}

export interface LearnOptions {
  /** Rarer pairs are not merged. */
  readonly minFrequency: number;
  /** The symbol that two become: a new one, or one that there is. */
  readonly join: (left: number, right: number) => number;
  /** Asked before each merge. */
  readonly done: () => boolean;
}

/** Pairs of symbols as one number. */
const PAIR = 2 ** 26;

/**
 * The pairs in the order in which they were merged. Of equally frequent ones, the first has the smaller left symbol, then
 * the smaller right one: the result depends on the counts alone, not on the order of the words.
 */
export function learnMerges(words: SymbolWords, { minFrequency, join, done }: LearnOptions): [number, number][] {
  const symbols = words.symbols.map((word) => Int32Array.from(word));
  const lengths = Int32Array.from(symbols, (word) => word.length);
  const counts = new Map<number, number>();
  const places = new Map<number, number[]>();
  const note = (pair: number, word: number) => {
    const list = places.get(pair);
    if (!list) places.set(pair, [word]);
    else if (list.at(-1) !== word) list.push(word);
  };
  symbols.forEach((word, w) => {
    for (let i = 0; i + 1 < word.length; i++) {
      const pair = word[i]! * PAIR + word[i + 1]!;
      counts.set(pair, (counts.get(pair) ?? 0) + words.counts[w]!);
      note(pair, w);
    }
  });
  const queue = new PairQueue();
  for (const [pair, count] of counts) if (count >= minFrequency) queue.push(pair, count);

  const merges: [number, number][] = [];
  while (!done()) {
    const best = queue.pop();
    if (!best) break;
    const count = counts.get(best.pair) ?? 0;
    // The queue holds what counts were; one that has fallen queues again, one that has risen is in it once more.
    if (count !== best.count) {
      if (count < best.count && count >= minFrequency) queue.push(best.pair, count);
      continue;
    }
    const right = best.pair % PAIR;
    const left = (best.pair - right) / PAIR;
    const merged = join(left, right);
    merges.push([left, right]);
    const changed = new Set<number>();
    const affected = places.get(best.pair)!;
    places.delete(best.pair);
    for (const w of affected) {
      const word = symbols[w]!;
      const times = words.counts[w]!;
      const old = lengths[w]!;
      for (let i = 0; i + 1 < old; i++) {
        const pair = word[i]! * PAIR + word[i + 1]!;
        counts.set(pair, counts.get(pair)! - times);
      }
      let length = 0;
      for (let i = 0; i < old; i++) {
        if (i + 1 < old && word[i] === left && word[i + 1] === right) {
          word[length++] = merged;
          i++;
        } else word[length++] = word[i]!;
      }
      lengths[w] = length;
      for (let i = 0; i + 1 < length; i++) {
        const pair = word[i]! * PAIR + word[i + 1]!;
        counts.set(pair, (counts.get(pair) ?? 0) + times);
        if (word[i] !== merged && word[i + 1] !== merged) continue;
        note(pair, w);
        changed.add(pair);
      }
    }
    counts.delete(best.pair);
    for (const pair of changed) {
      const now = counts.get(pair) ?? 0;
      if (now >= minFrequency) queue.push(pair, now);
    }
  }
  return merges;
}

/** A heap: the largest count first, then the smallest pair. */
class PairQueue {
  readonly #pairs: number[] = [];
  readonly #counts: number[] = [];

  push(pair: number, count: number): void {
    const [pairs, counts] = [this.#pairs, this.#counts];
    let at = pairs.length;
    pairs.push(pair);
    counts.push(count);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(count, pair, counts[parent]!, pairs[parent]!)) break;
      pairs[at] = pairs[parent]!;
      counts[at] = counts[parent]!;
      at = parent;
    }
    pairs[at] = pair;
    counts[at] = count;
  }

  pop(): { readonly pair: number; readonly count: number } | undefined {
    const [pairs, counts] = [this.#pairs, this.#counts];
    const pair = pairs.pop();
    const count = counts.pop();
    if (pair === undefined || count === undefined) return undefined;
    if (pairs.length === 0) return { pair, count };
    const top = { pair: pairs[0]!, count: counts[0]! };
    let at = 0;
    for (let child = 1; child < pairs.length; child = 2 * at + 1) {
      if (child + 1 < pairs.length && before(counts[child + 1]!, pairs[child + 1]!, counts[child]!, pairs[child]!))
        child++;
      if (!before(counts[child]!, pairs[child]!, count, pair)) break;
      pairs[at] = pairs[child]!;
      counts[at] = counts[child]!;
      at = child;
    }
    pairs[at] = pair;
    counts[at] = count;
    return top;
  }
}

function before(count: number, pair: number, otherCount: number, otherPair: number): boolean {
  return count > otherCount || (count === otherCount && pair < otherPair);
}
