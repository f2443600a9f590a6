// Between the bins of real signals and those of the complex signals that carry two of them each:
// Z = A + iB, A[k] = (Z[k] + conj Z[n-k]) / 2, B[k] = (Z[k] - conj Z[n-k]) / 2i.
// `edge` scales bin 0 and, for even n, bin n/2; `middle` the others (their mirror images are not stored, so gradients
// need the two apart). A staging area of 64 bytes, eight re and eight im, follows the work buffer.
import { COLUMNS, elementOf, ROWS, storeTransposed } from './movers';
import { positionIn, positionTable, workBytes } from './transform';

// @ts-ignore: decorator
@inline
function scaleAt(n: i32, k: i32, edge: f32, middle: f32): f32 {
  return k == 0 || k << 1 == n ? edge : middle;
}

/** A[k], B[k] to [re of 8 signals] and [im of 8 signals]. */
// @ts-ignore: decorator
@inline
function split(table: usize, work: usize, n: i32, k: i32, scale: f32, re: usize, im: usize): void {
  const p = work + positionIn(table, k);
  const q = work + positionIn(table, n - k);
  const half = f32x4.splat(scale * 0.5);
  const zr = v128.load(p);
  const yr = v128.load(q);
  v128.store(re, f32x4.mul(f32x4.add(zr, yr), half));
  v128.store(im, f32x4.mul(f32x4.sub(yr, zr), half), 16);
  const zi = v128.load(p, 16);
  const yi = v128.load(q, 16);
  v128.store(re, f32x4.mul(f32x4.add(zi, yi), half), 16);
  v128.store(im, f32x4.mul(f32x4.sub(zi, yi), half));
}

/** The reverse of {@link split}; the imaginary parts of edge bins count as zero. */
// @ts-ignore: decorator
@inline
function join(table: usize, work: usize, n: i32, k: i32, scale: f32, re: usize, im: usize): void {
  const p = work + positionIn(table, k);
  const q = work + positionIn(table, n - k);
  const factor = f32x4.splat(scale);
  const ar = f32x4.mul(v128.load(re), factor);
  const br = f32x4.mul(v128.load(re, 16), factor);
  if (k == 0 || k << 1 == n) {
    v128.store(p, ar);
    v128.store(p, br, 16);
    return;
  }
  const ai = f32x4.mul(v128.load(im), factor);
  const bi = f32x4.mul(v128.load(im, 16), factor);
  v128.store(p, f32x4.sub(ar, bi));
  v128.store(p, f32x4.add(br, ai), 16);
  v128.store(q, f32x4.add(ar, bi));
  v128.store(q, f32x4.sub(br, ai), 16);
}

/** A transformed work buffer to the bins 0..n/2 of eight real signals. */
export function unpackBins(
  path: i32, plan: usize, work: usize, re: usize, im: usize, inner: i32, s: i32, lanes: i32, edge: f32, middle: f32,
): void {
  const n = load<i32>(plan);
  const table = positionTable(plan);
  const bins = (n >> 1) + 1;
  const first = elementOf(s, 0, bins, inner);
  if (path == COLUMNS) {
    const step = <usize>inner << 2;
    let offset = first;
    for (let k = 0; k < bins; k++) {
      split(table, work, n, k, scaleAt(n, k, edge, middle), re + offset, im + offset);
      offset += step;
    }
    return;
  }
  let k = 0;
  if (path == ROWS) {
    const bytes = <usize>bins << 2;
    for (; k + 4 <= bins; k += 4) {
      let scale = f32x4.splat(middle * 0.5);
      if (k == 0) scale = f32x4.replace_lane(scale, 0, edge * 0.5);
      if (n == k + 3 << 1) scale = f32x4.replace_lane(scale, 3, edge * 0.5);
      else if (n <= k + 2 << 1) {
        // only tiny transforms have bin n/2 elsewhere than last
        if (n == k + 2 << 1) scale = f32x4.replace_lane(scale, 2, edge * 0.5);
        else if (n == k + 1 << 1) scale = f32x4.replace_lane(scale, 1, edge * 0.5);
      }
      const p0 = work + positionIn(table, k);
      const p1 = work + positionIn(table, k + 1);
      const p2 = work + positionIn(table, k + 2);
      const p3 = work + positionIn(table, k + 3);
      const q0 = work + positionIn(table, n - k);
      const q1 = work + positionIn(table, n - k - 1);
      const q2 = work + positionIn(table, n - k - 2);
      const q3 = work + positionIn(table, n - k - 3);
      const offset = first + (<usize>k << 2);
      unpack4(p0, p1, p2, p3, q0, q1, q2, q3, scale, re + offset, im + offset + 4 * bytes, bytes, false);
      unpack4(p0 + 16, p1 + 16, p2 + 16, p3 + 16, q0 + 16, q1 + 16, q2 + 16, q3 + 16, scale,
        re + offset + 4 * bytes, im + offset, bytes, true);
    }
  }
  const staging = work + workBytes(plan);
  for (; k < bins; k++) {
    split(table, work, n, k, scaleAt(n, k, edge, middle), staging, staging + 32);
    for (let lane = 0; lane < lanes; lane++) {
      const offset = elementOf(s + lane, k, bins, inner);
      const from = staging + (<usize>lane << 2);
      store<f32>(re + offset, load<f32>(from));
      store<f32>(im + offset, load<f32>(from, 32));
    }
  }
}

/** Sums (to `sums`) and differences (to `differences`) of four bins and their mirror images, a signal a row. */
// @ts-ignore: decorator
@inline
function unpack4(
  p0: usize, p1: usize, p2: usize, p3: usize, q0: usize, q1: usize, q2: usize, q3: usize, scale: v128,
  sums: usize, differences: usize, bytes: usize, positive: bool,
): void {
  const z0 = v128.load(p0);
  const y0 = v128.load(q0);
  const z1 = v128.load(p1);
  const y1 = v128.load(q1);
  const z2 = v128.load(p2);
  const y2 = v128.load(q2);
  const z3 = v128.load(p3);
  const y3 = v128.load(q3);
  storeScaled(f32x4.add(z0, y0), f32x4.add(z1, y1), f32x4.add(z2, y2), f32x4.add(z3, y3), scale, sums, bytes);
  if (positive) {
    storeScaled(f32x4.sub(z0, y0), f32x4.sub(z1, y1), f32x4.sub(z2, y2), f32x4.sub(z3, y3), scale, differences, bytes);
  } else {
    storeScaled(f32x4.sub(y0, z0), f32x4.sub(y1, z1), f32x4.sub(y2, z2), f32x4.sub(y3, z3), scale, differences, bytes);
  }
}

// @ts-ignore: decorator
@inline
function storeScaled(a: v128, b: v128, c: v128, d: v128, scale: v128, y: usize, bytes: usize): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  v128.store(y, f32x4.mul(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), scale));
  v128.store(y + bytes, f32x4.mul(v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), scale));
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(y + 2 * bytes, f32x4.mul(v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5), scale));
  v128.store(y + 3 * bytes, f32x4.mul(v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7), scale));
}

/** Bins of eight real signals (`rows` of them given, the others zero) to a work buffer, ready for the inverse. */
export function packBins(
  path: i32, plan: usize, work: usize, re: usize, im: usize, rows: i32, inner: i32, s: i32, lanes: i32,
  edge: f32, middle: f32,
): void {
  const n = load<i32>(plan);
  const table = positionTable(plan);
  const bins = (n >> 1) + 1;
  const given = min(rows, bins);
  const first = elementOf(s, 0, rows, inner);
  const staging = work + workBytes(plan);
  const zero = f32x4.splat(0);
  for (let k = given; k < bins; k++) {
    const p = work + positionIn(table, k);
    const q = work + positionIn(table, n - k);
    v128.store(p, zero);
    v128.store(p, zero, 16);
    v128.store(q, zero);
    v128.store(q, zero, 16);
  }
  if (path == COLUMNS) {
    const step = <usize>inner << 2;
    let offset = first;
    for (let k = 0; k < given; k++) {
      join(table, work, n, k, scaleAt(n, k, edge, middle), re + offset, im + offset);
      offset += step;
    }
    return;
  }
  memory.fill(staging, 0, 64);
  let k = 0;
  if (path == ROWS) {
    const bytes = <usize>rows << 2;
    const scale = f32x4.splat(middle);
    gatherBin(table, work, n, 0, edge, staging, re, im, rows, inner, s, lanes);
    // bin n/2 is left to the loop below
    for (k = 1; k + 4 <= given && k + 3 << 1 < n; k += 4) {
      const p0 = work + positionIn(table, k);
      const p1 = work + positionIn(table, k + 1);
      const p2 = work + positionIn(table, k + 2);
      const p3 = work + positionIn(table, k + 3);
      const q0 = work + positionIn(table, n - k);
      const q1 = work + positionIn(table, n - k - 1);
      const q2 = work + positionIn(table, n - k - 2);
      const q3 = work + positionIn(table, n - k - 3);
      const offset = first + (<usize>k << 2);
      const below = offset + 4 * bytes;
      // Z[k] = (Ar - Bi) + i (Br + Ai), Z[n-k] = (Ar + Bi) + i (Br - Ai)
      pack4(re + offset, im + below, bytes, scale, q0, q1, q2, q3, p0, p1, p2, p3);
      pack4(re + below, im + offset, bytes, scale, p0 + 16, p1 + 16, p2 + 16, p3 + 16, q0 + 16, q1 + 16, q2 + 16, q3 + 16);
    }
  }
  for (; k < given; k++) {
    gatherBin(table, work, n, k, scaleAt(n, k, edge, middle), staging, re, im, rows, inner, s, lanes);
  }
}

function gatherBin(
  table: usize, work: usize, n: i32, k: i32, scale: f32, staging: usize, re: usize, im: usize, rows: i32, inner: i32,
  s: i32, lanes: i32,
): void {
  for (let lane = 0; lane < lanes; lane++) {
    const offset = elementOf(s + lane, k, rows, inner);
    const to = staging + (<usize>lane << 2);
    store<f32>(to, load<f32>(re + offset));
    store<f32>(to, load<f32>(im + offset), 32);
  }
  join(table, work, n, k, scale, staging, staging + 32);
}

/** Four bins of four rows at u and at v, transposed: u + v to the points `sum`, u - v to the points `difference`. */
// @ts-ignore: decorator
@inline
function pack4(
  u: usize, v: usize, bytes: usize, scale: v128,
  sum0: usize, sum1: usize, sum2: usize, sum3: usize,
  difference0: usize, difference1: usize, difference2: usize, difference3: usize,
): void {
  const u0 = f32x4.mul(v128.load(u), scale);
  const u1 = f32x4.mul(v128.load(u + bytes), scale);
  const u2 = f32x4.mul(v128.load(u + 2 * bytes), scale);
  const u3 = f32x4.mul(v128.load(u + 3 * bytes), scale);
  const v0 = f32x4.mul(v128.load(v), scale);
  const v1 = f32x4.mul(v128.load(v + bytes), scale);
  const v2 = f32x4.mul(v128.load(v + 2 * bytes), scale);
  const v3 = f32x4.mul(v128.load(v + 3 * bytes), scale);
  storeTransposed(f32x4.add(u0, v0), f32x4.add(u1, v1), f32x4.add(u2, v2), f32x4.add(u3, v3), sum0, sum1, sum2, sum3);
  storeTransposed(f32x4.sub(u0, v0), f32x4.sub(u1, v1), f32x4.sub(u2, v2), f32x4.sub(u3, v3),
    difference0, difference1, difference2, difference3);
}
