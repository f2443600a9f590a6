// The order in which the pairs of bins (k, n - k) are visited. A pair holds the spectra of the two real signals that ride
// in one complex one, so products are taken a pair at a time.
import { position } from '../../fft/assembly/transform';

/**
 * Writes each pair's smaller bin, n/2 + 1 (rounded down) of them. In memory order both bins of a pair run through the work
 * buffer in sequence, one upwards and one downwards; in natural order the rows of a spectrum in a tensor do.
 *
 * @param table room for n words, then n words of scratch
 */
export function pairOrder(plan: usize, n: i32, inMemoryOrder: bool, table: usize): void {
  if (!inMemoryOrder) {
    for (let k = 0; k <= n >> 1; k++) store<i32>(table + (<usize>k << 2), k);
    return;
  }
  const binAt = table + (<usize>n << 2);
  // Positions are a permutation of the points: 32 bytes a point, 4 bytes a word.
  for (let k = 0; k < n; k++) store<i32>(binAt + (position(plan, k) >> 3), k);
  let to = table;
  for (let p = 0; p < n; p++) {
    const k = load<i32>(binAt + (<usize>p << 2));
    const mirror = k == 0 ? 0 : n - k;
    // The one that comes first in memory stands for both.
    if (position(plan, mirror) < <usize>p << 5) continue;
    store<i32>(to, min(k, mirror));
    to += 4;
  }
}
