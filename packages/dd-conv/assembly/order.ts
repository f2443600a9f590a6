// The order in which the pairs of bins (k, n - k) are visited. A pair holds the spectra of the two real signals that ride
// in one complex one, so products are taken a pair at a time.
import { positionIn, positionTable } from '../../fft/assembly/transform';

/** Bytes of the table that `pairOrder` writes, its scratch included. */
// @ts-ignore: decorator
@inline
export function orderBytes(n: i32): usize {
  return (<usize>(n >> 1) + 1) * 12 + (<usize>n << 2);
}

/**
 * Writes a line for each pair, n/2 + 1 (rounded down) of them: where bins k and n - k are in a work buffer, and k. In memory
 * order both bins of a pair run through the work buffer in sequence, k upwards and n - k downwards; in natural order k, then
 * the smaller one, runs through the rows of a spectrum in a tensor.
 */
export function pairOrder(plan: usize, n: i32, inMemoryOrder: bool, table: usize): void {
  const positions = positionTable(plan);
  let to = table;
  if (!inMemoryOrder) {
    for (let k = 0; k <= n >> 1; k++) {
      store<u32>(to, <u32>positionIn(positions, k));
      store<u32>(to, <u32>positionIn(positions, k == 0 ? 0 : n - k), 4);
      store<i32>(to, k, 8);
      to += 12;
    }
    return;
  }
  const binAt = table + (<usize>(n >> 1) + 1) * 12;
  // Positions are a permutation of the points: 32 bytes a point, 4 bytes a word.
  for (let k = 0; k < n; k++) store<i32>(binAt + (positionIn(positions, k) >> 3), k);
  for (let p = 0; p < n; p++) {
    const k = load<i32>(binAt + (<usize>p << 2));
    const mirror = k == 0 ? 0 : n - k;
    // The one that comes first in memory stands for both.
    if (positionIn(positions, mirror) < <usize>p << 5) continue;
    store<u32>(to, <u32>positionIn(positions, k));
    store<u32>(to, <u32>positionIn(positions, mirror), 4);
    store<i32>(to, k, 8);
    to += 12;
  }
}
