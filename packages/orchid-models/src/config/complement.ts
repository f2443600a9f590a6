// Which token stands on the other strand of DNA: what a model has to know to read both alike.

/** Bases and the letters for several of them (IUPAC), each with its complement. */
const COMPLEMENTS: Readonly<Record<string, string>> = Object.fromEntries(
  ['AT', 'CG', 'RY', 'KM', 'BV', 'DH', 'NN', 'SS', 'WW'].flatMap(([a, b]) => [
    [a!, b!],
    [b!, a!],
  ]),
);

/** As Hugging Face's configurations of DNA models have it: ids as strings -> ids. Tokens left out are their own complements. */
export type ComplementMap = Record<string, number>;

/**
 * The complements of a vocabulary. A token of letters of bases (in either case; U for T in RNA) is what its reverse complement
 * is; any other, such as `[MASK]`, is its own.
 *
 * @param tokens in the order of their ids
 * @returns those that are not their own complements
 * @throws Error when the vocabulary lacks the complement of one of its tokens
 */
export function complementMap(tokens: readonly string[]): ComplementMap {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const isRna = tokens.some((token) => /^[acgurykmbvdhnsw]*u[acgurykmbvdhnsw]*$/i.test(token));
  const map: ComplementMap = {};
  for (const [id, token] of tokens.entries()) {
    const other = reverseComplement(token, isRna);
    if (other === undefined || other === token) continue;
    const otherId = ids.get(other);
    if (otherId === undefined) {
      throw new Error(
        `complementMap: the complement of ${JSON.stringify(token)} is ${JSON.stringify(other)}, which is no token`,
      );
    }
    map[id] = otherId;
  }
  return map;
}

function reverseComplement(token: string, isRna: boolean): string | undefined {
  const letters = [...token].reverse().map((letter) => {
    const base = letter.toUpperCase();
    const found = COMPLEMENTS[base === 'U' && isRna ? 'T' : base];
    const other = found === 'T' && isRna ? 'U' : found;
    return letter === base ? other : other?.toLowerCase();
  });
  return letters.includes(undefined) ? undefined : letters.join('');
}

/** The complement of every id. */
export function complementIds(map: ComplementMap, vocabSize: number): number[] {
  return Array.from({ length: vocabSize }, (_, id) => map[id] ?? id);
}

/** What is wrong with a map, or null. */
export function complementProblem(map: ComplementMap, vocabSize: number): string | null {
  for (const [key, other] of Object.entries(map)) {
    const id = Number(key);
    if (!/^\d+$/.test(key) || id >= vocabSize || other >= vocabSize) {
      return `complement_map has ${JSON.stringify(key)}: ${other}; want ids from 0 to ${vocabSize - 1}`;
    }
    const back = map[other] ?? other;
    if (back !== id) return `complement_map has ${id}: ${other}, but the complement of ${other} is ${back}; want ${id}`;
  }
  return null;
}
