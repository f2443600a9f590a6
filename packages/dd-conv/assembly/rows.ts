// Between rows of tensors (channels last) and work buffers. A lane group is eight neighbouring channels, the first four in
// a point's real vector and the last four in its imaginary one. A panel is a few neighbouring groups that are moved
// together, because the rows of a tensor are far apart and a cache line holds more than one group of each.
import { forwardButterfly4, giveIm, giveRe, inverseButterfly4, takeIm, takeRe } from '../../fft/assembly/butterflies/radix4';

/** The first `count` (<= 0: none, >= 4: all) of four floats; what is not there is not touched. */
// @ts-ignore: decorator
@inline
export function loadLanes(address: usize, count: i32): v128 {
  if (count >= 4) return v128.load(address);
  if (count == 3) return v128.load_lane<u32>(address, v128.load64_zero(address), 2, 8);
  if (count == 2) return v128.load64_zero(address);
  if (count == 1) return v128.load32_zero(address);
  return f32x4.splat(0);
}

/** Stores the first `count` (<= 0: none, >= 4: all) of four floats. */
// @ts-ignore: decorator
@inline
export function storeLanes(address: usize, values: v128, count: i32): void {
  if (count >= 4) {
    v128.store(address, values);
    return;
  }
  if (count >= 2) v128.store64_lane(address, values, 0);
  if (count == 3) v128.store32_lane(address, values, 2, 8);
  if (count == 1) v128.store32_lane(address, values, 0);
}

/**
 * Where row t goes: to point t, or, as the cosine transform wants it, even rows forwards and then odd ones backwards
 * (Makhoul 1980).
 */
// @ts-ignore: decorator
@inline
function pointOf(isFolded: bool, t: i32, n: i32): usize {
  if (!isFolded) return <usize>t << 5;
  return <usize>(t & 1 ? n - 1 - (t >> 1) : t >> 1) << 5;
}

/**
 * Rows 0..rows-1 of a panel into its work buffers, then zeros up to row n-1.
 *
 * @param stride from one group's work buffer to the next
 * @param lanes channels of a group, 8 or, where the tensor has no more, fewer
 * @param gate rows that these are multiplied by, or 0
 */
export function loadPanel(
  work: usize, stride: usize, groups: i32, isFolded: bool, address: usize, rowBytes: usize, rows: i32, n: i32, lanes: i32,
  gate: usize,
): void {
  if (gate == 0) rowsToPoints(work, stride, groups, isFolded, address, rowBytes, rows, n, lanes, false, 0);
  else rowsToPoints(work, stride, groups, isFolded, address, rowBytes, rows, n, lanes, true, gate - address);
  // Only an unfolded transform is ever longer than the tensor.
  if (rows == n) return;
  for (let g = 0; g < groups; g++) {
    memory.fill(work + (<usize>rows << 5), 0, <usize>(n - rows) << 5);
    work += stride;
  }
}

// @ts-ignore: decorator
@inline
function rowsToPoints(
  work: usize, stride: usize, groups: i32, isFolded: bool, address: usize, rowBytes: usize, rows: i32, n: i32, lanes: i32,
  isGated: bool, gate: usize,
): void {
  if (lanes < 8) {
    for (let t = 0; t < rows; t++) {
      const p = work + pointOf(isFolded, t, n);
      let re = loadLanes(address, lanes);
      let im = loadLanes(address + 16, lanes - 4);
      if (isGated) {
        re = f32x4.mul(re, loadLanes(address + gate, lanes));
        im = f32x4.mul(im, loadLanes(address + gate + 16, lanes - 4));
      }
      v128.store(p, re);
      v128.store(p, im, 16);
      address += rowBytes;
    }
    return;
  }
  for (let t = 0; t < rows; t++) {
    let p = work + pointOf(isFolded, t, n);
    let from = address;
    for (let g = 0; g < groups; g++) {
      v128.store(p, takeRe(from, isGated, gate));
      v128.store(p, takeIm(from, isGated, gate), 16);
      from += 32;
      p += stride;
    }
    address += rowBytes;
  }
}

/** The row that goes to point p: the inverse of {@link pointOf}. */
// @ts-ignore: decorator
@inline
function rowOf(isFolded: bool, p: i32, n: i32): usize {
  if (!isFolded) return <usize>p;
  return <usize>(p << 1 < n ? p << 1 : (n - p << 1) - 1);
}

/**
 * {@link loadPanel} of n rows of whole groups, and the transform's outermost level on the way: a quarter of a pass over rows
 * instead of a pass over work buffers that are mostly no longer in the cache.
 *
 * @param twiddles `outerTwiddles`
 */
export function loadOuter(
  work: usize, stride: usize, groups: i32, isFolded: bool, address: usize, rowBytes: usize, n: i32, twiddles: usize,
): void {
  outerFromRows(work, stride, groups, isFolded, address, rowBytes, n, twiddles, false, 0);
}

/** {@link loadOuter} of rows times those at `gate`. */
export function loadOuterGated(
  work: usize, stride: usize, groups: i32, isFolded: bool, address: usize, rowBytes: usize, n: i32, twiddles: usize,
  gate: usize,
): void {
  outerFromRows(work, stride, groups, isFolded, address, rowBytes, n, twiddles, true, gate - address);
}

// @ts-ignore: decorator
@inline
function outerFromRows(
  work: usize, stride: usize, groups: i32, isFolded: bool, address: usize, rowBytes: usize, n: i32, twiddles: usize,
  isGated: bool, gate: usize,
): void {
  const m = n >> 2;
  const d = <usize>m << 5;
  for (let j = 0; j < m; j++) {
    let p = work + (<usize>j << 5);
    let from0 = address + rowOf(isFolded, j, n) * rowBytes;
    let from1 = address + rowOf(isFolded, j + m, n) * rowBytes;
    let from2 = address + rowOf(isFolded, j + 2 * m, n) * rowBytes;
    let from3 = address + rowOf(isFolded, j + 3 * m, n) * rowBytes;
    for (let g = 0; g < groups; g++) {
      forwardButterfly4(from0, from1, from2, from3, p, p + d, p + 2 * d, p + 3 * d, twiddles, isGated, gate);
      from0 += 32;
      from1 += 32;
      from2 += 32;
      from3 += 32;
      p += stride;
    }
    twiddles += 24;
  }
}

/** {@link storePanel} of n rows of whole groups after the inverse's outermost level, which is done on the way. */
export function storeOuter(
  work: usize, stride: usize, groups: i32, isFolded: bool, address: usize, rowBytes: usize, n: i32, twiddles: usize,
  scale: f32,
): void {
  rowsFromOuter(work, stride, groups, isFolded, address, rowBytes, n, twiddles, scale, 0, 0, 0, 0);
}

/** {@link storeOuter} with gates as in {@link storePanel}. */
export function storeOuterGated(
  work: usize, stride: usize, groups: i32, isFolded: bool, address: usize, rowBytes: usize, n: i32, twiddles: usize,
  scale: f32, gate: usize, second: usize, secondGate: usize,
): void {
  const a = gate - address;
  const b = second - address;
  const c = secondGate - address;
  if (second == 0) rowsFromOuter(work, stride, groups, isFolded, address, rowBytes, n, twiddles, scale, 1, a, 0, 0);
  else rowsFromOuter(work, stride, groups, isFolded, address, rowBytes, n, twiddles, scale, 2, a, b, c);
}

// @ts-ignore: decorator
@inline
function rowsFromOuter(
  work: usize, stride: usize, groups: i32, isFolded: bool, address: usize, rowBytes: usize, n: i32, twiddles: usize,
  scale: f32, gates: i32, gate: usize, second: usize, secondGate: usize,
): void {
  const factor = f32x4.splat(scale);
  const m = n >> 2;
  const d = <usize>m << 5;
  for (let j = 0; j < m; j++) {
    let p = work + (<usize>j << 5);
    let to0 = address + rowOf(isFolded, j, n) * rowBytes;
    let to1 = address + rowOf(isFolded, j + m, n) * rowBytes;
    let to2 = address + rowOf(isFolded, j + 2 * m, n) * rowBytes;
    let to3 = address + rowOf(isFolded, j + 3 * m, n) * rowBytes;
    for (let g = 0; g < groups; g++) {
      inverseButterfly4(
        p, p + d, p + 2 * d, p + 3 * d, to0, to1, to2, to3, twiddles, true, factor, gates, gate, second, secondGate,
      );
      to0 += 32;
      to1 += 32;
      to2 += 32;
      to3 += 32;
      p += stride;
    }
    twiddles += 24;
  }
}

/**
 * Rows 0..rows-1 of a panel from its work buffers, times `scale`.
 *
 * @param gate rows that they are multiplied by, or 0
 * @param second,secondGate with a gate: where the same rows go once more, and what they are multiplied by there; or 0
 */
export function storePanel(
  work: usize, stride: usize, groups: i32, isFolded: bool, address: usize, rowBytes: usize, rows: i32, n: i32, lanes: i32,
  scale: f32, gate: usize, second: usize, secondGate: usize,
): void {
  const a = gate - address;
  const b = second - address;
  const c = secondGate - address;
  if (gate == 0) pointsToRows(work, stride, groups, isFolded, address, rowBytes, rows, n, lanes, scale, 0, 0, 0, 0);
  else if (second == 0) {
    pointsToRows(work, stride, groups, isFolded, address, rowBytes, rows, n, lanes, scale, 1, a, 0, 0);
  } else pointsToRows(work, stride, groups, isFolded, address, rowBytes, rows, n, lanes, scale, 2, a, b, c);
}

// @ts-ignore: decorator
@inline
function pointsToRows(
  work: usize, stride: usize, groups: i32, isFolded: bool, address: usize, rowBytes: usize, rows: i32, n: i32, lanes: i32,
  scale: f32, gates: i32, gate: usize, second: usize, secondGate: usize,
): void {
  const factor = f32x4.splat(scale);
  if (lanes < 8) {
    for (let t = 0; t < rows; t++) {
      const p = work + pointOf(isFolded, t, n);
      giveLanes(address, f32x4.mul(v128.load(p), factor), lanes, gates, gate, second, secondGate);
      giveLanes(address + 16, f32x4.mul(v128.load(p, 16), factor), lanes - 4, gates, gate, second, secondGate);
      address += rowBytes;
    }
    return;
  }
  for (let t = 0; t < rows; t++) {
    let p = work + pointOf(isFolded, t, n);
    let to = address;
    for (let g = 0; g < groups; g++) {
      giveRe(to, f32x4.mul(v128.load(p), factor), gates, gate, second, secondGate);
      giveIm(to, f32x4.mul(v128.load(p, 16), factor), gates, gate, second, secondGate);
      to += 32;
      p += stride;
    }
    address += rowBytes;
  }
}

/** `giveRe` of the first `count` floats. */
// @ts-ignore: decorator
@inline
function giveLanes(to: usize, v: v128, count: i32, gates: i32, gate: usize, second: usize, secondGate: usize): void {
  if (gates == 2) storeLanes(to + second, f32x4.mul(v, loadLanes(to + secondGate, count)), count);
  storeLanes(to, gates == 0 ? v : f32x4.mul(v, loadLanes(to + gate, count)), count);
}
