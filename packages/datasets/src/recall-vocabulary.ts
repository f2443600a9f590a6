// The vocabulary of associative recall and the reading of a sequence that a person typed.

/** Ids of a recall vocabulary of size V, with K = (V - 2) / 2: keys 0..K-1, values K..2K-1, `=>` V-2, `.` V-1. */
export interface RecallVocabulary {
  readonly size: number;
  /** Number of keys, and of values. */
  readonly keys: number;
  /** Id of `=>`, which announces the query. */
  readonly prefix: number;
  /** Id of `.`, which says nothing. */
  readonly noop: number;
}

/** A recall sequence with its right answer. */
export interface RecallQuestion {
  /** int32 [length] */
  readonly ids: Int32Array;
  readonly query: number;
  /** The value that the sequence gave the query key. */
  readonly expected: number;
}

/** @throws Error unless `vocabSize` is an even integer of at least 6 (two keys, two values, `=>` and `.`) */
export function recallVocabulary(vocabSize: number): RecallVocabulary {
  if (!Number.isInteger(vocabSize) || vocabSize < 6 || vocabSize % 2 !== 0) {
    throw new Error(
      `recall: vocabSize is ${vocabSize}; want an even integer of at least 6 (as many keys as values, then => and .)`,
    );
  }
  return { size: vocabSize, keys: (vocabSize - 2) / 2, prefix: vocabSize - 2, noop: vocabSize - 1 };
}

/** A sequence as people read it: ids as numbers, `=>` and `.` as themselves. */
export function formatRecall(ids: ArrayLike<number>, vocabSize: number): string {
  const { prefix, noop } = recallVocabulary(vocabSize);
  return Array.from(ids, (id) => (id === prefix ? '=>' : id === noop ? '.' : String(id))).join(' ');
}

/**
 * Reads a typed sequence: `key value` pairs as numbers, then `=>`, then the query key; `.` may stand between pairs.
 * For a vocabulary of 20: `3 12 0 15 => 3`.
 *
 * @param text tokens apart by blanks or commas
 * @param vocabSize even, at least 6
 * @param length pads with `.` on the left up to this many tokens, as the generator does for an odd length
 * @throws Error saying which token does not fit
 */
export function parseRecall(text: string, vocabSize: number, length?: number): RecallQuestion {
  const { keys, prefix, noop } = recallVocabulary(vocabSize);
  const words = text.split(/[\s,]+/).filter((word) => word.length > 0);
  const ids = words.map((word, index) => {
    if (word === '=>') return prefix;
    if (word === '.') return noop;
    const id = /^\d+$/.test(word) ? Number(word) : Number.NaN;
    if (!(id < 2 * keys)) {
      throw new Error(
        `recall sequence: token ${index + 1} is ${JSON.stringify(word)}; ` +
          `want a key 0..${keys - 1}, a value ${keys}..${2 * keys - 1}, => or .`,
      );
    }
    return id;
  });
  const arrow = ids.indexOf(prefix);
  if (arrow < 0 || arrow !== ids.length - 2) {
    const got = arrow < 0 ? 'there is no =>' : `=> is token ${arrow + 1} of ${ids.length}`;
    throw new Error(`recall sequence: ${got}; want the sequence to end in => and the query key`);
  }
  const pairs = readPairs(ids.slice(0, arrow), keys, noop);
  const query = ids[arrow + 1]!;
  const expected = pairs.get(query);
  if (expected === undefined) {
    const known = [...pairs.keys()].join(', ');
    throw new Error(`recall sequence: the query is ${query}; want a key that occurred (${known || 'there is none'})`);
  }
  if (length !== undefined && !(Number.isInteger(length) && length >= ids.length)) {
    throw new Error(`recall sequence: it has ${ids.length} tokens, which do not fit a length of ${length}`);
  }
  const padding = new Array<number>((length ?? ids.length) - ids.length).fill(noop);
  return { ids: Int32Array.from([...padding, ...ids]), query, expected };
}

function readPairs(ids: readonly number[], keys: number, noop: number): Map<number, number> {
  const pairs = new Map<number, number>();
  let key: number | undefined;
  ids.forEach((id, index) => {
    const where = `recall sequence: token ${index + 1} is ${id === noop ? '.' : id}`;
    if (key === undefined) {
      if (id === noop) return;
      if (id >= keys) throw new Error(`${where}; want a key 0..${keys - 1} here`);
      key = id;
      return;
    }
    if (id < keys || id === noop) throw new Error(`${where}; want a value ${keys}..${2 * keys - 1} after key ${key}`);
    const earlier = pairs.get(key);
    if (earlier !== undefined && earlier !== id) {
      throw new Error(`${where}, but key ${key} had the value ${earlier} before; want one value for each key`);
    }
    pairs.set(key, id);
    key = undefined;
  });
  if (key !== undefined) throw new Error(`recall sequence: key ${key} has no value before =>`);
  return pairs;
}
