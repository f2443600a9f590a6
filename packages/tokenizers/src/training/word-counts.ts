// Counts the words of a corpus that is read once, line by line: all that learning a vocabulary needs to know of it.
import { copyOf } from '../copy-of.ts';

/** A corpus: its lines, from memory or as they are read. Text without line breaks in it is one line. */
export type Lines = Iterable<string> | AsyncIterable<string>;

/**
 * @param visitWords calls `visit` for each word of a line
 * @throws Error when a line is no string
 */
export async function countWords(
  what: string,
  lines: Lines,
  visitWords: (line: string, visit: (word: string) => void) => void,
): Promise<Map<string, number>> {
  if (typeof lines === 'string' || lines === null || typeof lines !== 'object')
    throw new Error(`${what}: lines is ${typeof lines}; want an array or another iterable of lines`);
  const counts = new Map<string, number>();
  const add = (word: string) => {
    const before = counts.get(word);
    if (before === undefined) counts.set(copyOf(word), 1);
    else counts.set(word, before + 1);
  };
  let number = 0;
  for await (const line of lines) {
    if (typeof line !== 'string') throw new Error(`${what}: line ${number + 1} is ${typeof line}; want a string`);
    visitWords(line, add);
    number++;
  }
  return counts;
}
