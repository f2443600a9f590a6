// Whether an answer is right: what the model gives by itself, but for the rounding of other batches.

/** Of probabilities; batches of other sizes are summed in another order. */
const tolerance = 1e-4;

interface Guess {
  readonly probability: number;
  readonly [key: string]: unknown;
}

const isGuess = (value: unknown): value is Guess =>
  typeof value === 'object' && value !== null && 'probability' in value;
const nameOf = (guess: Guess) => guess.label ?? guess.id;

/** The same guesses in the same order, where those that are as good as equal may change places. */
function sameGuesses(given: readonly Guess[], wanted: readonly Guess[]): boolean {
  if (given.length !== wanted.length) return false;
  return given.every((guess, i) => {
    const expected = wanted[i]!;
    if (Math.abs(guess.probability - expected.probability) > tolerance) return false;
    if (nameOf(guess) === nameOf(expected)) return true;
    const own = wanted.find((other) => nameOf(other) === nameOf(guess));
    return own ? Math.abs(own.probability - expected.probability) <= 2 * tolerance : i === given.length - 1;
  });
}

/** Whether two guesses compete for the first place, so that the words that follow from it may differ. */
const isClose = (guesses: readonly Guess[]) =>
  guesses.length > 1 && guesses[0]!.probability - guesses[1]!.probability <= 2 * tolerance;

const hasClose = (value: unknown): boolean =>
  Array.isArray(value) ? (isGuess(value[0]) ? isClose(value as Guess[]) : value.some(hasClose)) : false;

/** Whether an answer is the wanted one. */
export function sameAnswer(given: unknown, wanted: unknown): boolean {
  if (Array.isArray(given) && Array.isArray(wanted)) {
    if (isGuess(wanted[0])) return sameGuesses(given as Guess[], wanted as Guess[]);
    return given.length === wanted.length && given.every((value, i) => sameAnswer(value, wanted[i]));
  }
  if (typeof given === 'number' && typeof wanted === 'number') return Math.abs(given - wanted) <= tolerance;
  if (typeof given === 'object' && typeof wanted === 'object' && given !== null && wanted !== null) {
    const close = Object.values(wanted).some(hasClose);
    const keys = Object.keys(wanted);
    return (
      keys.length === Object.keys(given).length &&
      keys.every((key) => {
        const [a, b] = [(given as Record<string, unknown>)[key], (wanted as Record<string, unknown>)[key]];
        return sameAnswer(a, b) || (close && !Array.isArray(b) && typeof a === typeof b);
      })
    );
  }
  return given === wanted;
}
