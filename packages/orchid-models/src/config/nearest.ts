// Finds what a misspelt name was meant to be.
import { distance } from 'fastest-levenshtein';

/** The known name closest to `name`, or undefined if none is close (more than a third of the letters differ). */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const steps = distance(name.toLowerCase(), candidate.toLowerCase());
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}
