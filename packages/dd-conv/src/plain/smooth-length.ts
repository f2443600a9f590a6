// The transform length of a padded convolution: no shorter than asked, and made of the factors the butterflies know.

/**
 * The smallest even number of at least `least` whose prime factors are 2, 3 and 5.
 *
 * @throws Error when `least` is not a positive integer
 */
export function smoothLength(least: number): number {
  if (!Number.isSafeInteger(least) || least < 1)
    throw new Error(`smoothLength: least is ${least}; want a positive integer`);
  let best = Number.POSITIVE_INFINITY;
  for (let fives = 1; fives < least * 5; fives *= 5) {
    for (let threes = fives; threes < least * 3; threes *= 3) {
      let n = 2 * threes;
      while (n < least) n *= 2;
      if (n < best) best = n;
    }
  }
  return best;
}
