// Chooses the radices of a transform, and the inner length that Bluestein's algorithm uses for other lengths.

/** Arithmetic of one level, vector operations a point; measured ratios would be the same within a few per cent. */
const COST: Record<number, number> = { 2: 5, 3: 9, 4: 8.5, 5: 13, 8: 7.5, 16: 11 };

/**
 * The radices of a transform of length n, first level first, or null when n has a prime factor above 5.
 * 8 and 16 stand only last: they are leaves, two levels (2·4 and 4·4) in one.
 */
export function radicesOf(n: number): number[] | null {
  let rest = n;
  const radices: number[] = [];
  for (const radix of [5, 3]) {
    for (; rest % radix === 0; rest /= radix) radices.push(radix);
  }
  let twos = 0;
  for (; rest % 2 === 0; rest /= 2) twos += 1;
  if (rest !== 1) return null;
  let leaf = 0;
  if (twos >= 3) leaf = twos % 2 === 1 ? 8 : 16;
  else if (twos === 2) leaf = 4;
  else if (twos === 1) leaf = 2;
  const inLeaf = leaf === 0 ? 0 : Math.log2(leaf);
  for (let left = twos - inLeaf; left > 0; left -= 2) radices.push(4);
  if (leaf > 0) radices.push(leaf);
  return radices;
}

/**
 * The cheapest length of at least `least` points whose prime factors are 2, 3 and 5, as scipy's `next_fast_len`: what to
 * pad a convolution to.
 *
 * @throws Error when `least` is not a positive integer
 */
export function nextFastLength(least: number): number {
  if (!Number.isSafeInteger(least) || least < 1) {
    throw new Error(`nextFastLength: least is ${least}; want a positive integer`);
  }
  let best = 1;
  while (best < least) best *= 2;
  let bestCost = cost(best);
  for (let fives = 1; fives < 2 * least; fives *= 5) {
    for (let threes = fives; threes < 2 * least; threes *= 3) {
      let length = threes;
      while (length < least) length *= 2;
      const lengthCost = cost(length);
      if (lengthCost < bestCost) {
        best = length;
        bestCost = lengthCost;
      }
    }
  }
  return best;
}

function cost(n: number): number {
  let operations = 4;
  for (const radix of radicesOf(n) ?? []) operations += COST[radix] ?? Number.POSITIVE_INFINITY;
  return operations * n;
}

/**
 * Where the forward transform leaves each bin: point `positions[k]` holds bin k. Entry n repeats bin 0, so that bin
 * n - k has an entry for every k.
 */
export function positionsOf(n: number, radices: number[]): Int32Array {
  const positions = new Int32Array(n + 1);
  const levels = radices.flatMap((radix) => (radix === 16 ? [4, 4] : radix === 8 ? [2, 4] : [radix]));
  for (let k = 0; k < n; k++) {
    let digits = k;
    let block = n;
    let position = 0;
    for (const radix of levels) {
      block /= radix;
      position += (digits % radix) * block;
      digits = Math.floor(digits / radix);
    }
    positions[k] = position;
  }
  positions[n] = positions[0] ?? 0;
  return positions;
}
