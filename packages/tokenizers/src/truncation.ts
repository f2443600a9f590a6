// Which tokens go when a text, or a pair of texts, is longer than a model takes.

/**
 * What is cut: `longest_first` the longer text of a pair until both are as long, then both; `only_first` and `only_second`
 * that text; `none` nothing, and too much is an error.
 */
export type Truncation = 'longest_first' | 'only_first' | 'only_second' | 'none';

export const TRUNCATIONS: readonly Truncation[] = ['longest_first', 'only_first', 'only_second', 'none'];

/**
 * How many tokens of each text are kept, `[first, second]`, so that both together have at most `room`. Ties of
 * `longest_first` go as in Hugging Face's fast tokenizers: an odd token goes to the longer text, or the second.
 *
 * @param second tokens of the second text; undefined when there is none
 * @throws Error when the text that may be cut is too short, or nothing may be cut
 */
export function keptTokens(
  first: number,
  second: number | undefined,
  room: number,
  truncation: Truncation,
): [number, number] {
  const other = second ?? 0;
  const excess = first + other - room;
  if (excess <= 0) return [first, other];
  if (room < 0) throw new Error(`truncation: maxLength leaves no room even for the special tokens (${-room} too many)`);
  const tooMany = `${excess} of ${first + other} tokens do not fit into maxLength`;
  switch (truncation) {
    case 'none':
      throw new Error(`truncation is none, but ${tooMany}; want a larger maxLength or another truncation`);
    case 'only_first':
      if (first < excess)
        throw new Error(`truncation is only_first, but ${tooMany} and the first text has only ${first}`);
      return [first - excess, other];
    case 'only_second':
      if (second === undefined) throw new Error(`truncation is only_second, but there is no second text; ${tooMany}`);
      if (other < excess)
        throw new Error(`truncation is only_second, but ${tooMany} and the second text has only ${other}`);
      return [first, other - excess];
    case 'longest_first': {
      if (second === undefined) return [room, 0];
      const shorter = Math.min(first, other);
      const half = Math.floor(room / 2);
      const [small, large] = shorter <= half ? [shorter, room - shorter] : [half, room - half];
      return first > other ? [large, small] : [small, large];
    }
  }
}
