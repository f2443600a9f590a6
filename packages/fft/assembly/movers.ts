// Moves signals between tensors and work buffers. A tensor is seen as [outer, rows, inner]; signal s = o * inner + i has
// its element t at (o * rows + t) * inner + i. Three ways, by what lies side by side in memory:
//   COLUMNS  neighbouring signals (inner >= the group): plain vector loads
//   ROWS     the samples of a signal (inner = 1, enough signals): 4 x 4 transpositions
//   GATHER   neither: one value at a time
// The last group of the first two may begin earlier than its predecessor ends and do some signals again: same result,
// and no code for remainders.
import { positionIn, positionTable } from './transform';

export const COLUMNS: i32 = 0;
export const ROWS: i32 = 1;
export const GATHER: i32 = 2;

// Where sample t goes: in its place; as Makhoul's cosine transform wants it (even samples, then the odd ones backwards);
// or where the transform keeps bin t.
export const NATURAL: i32 = 0;
export const MAKHOUL: i32 = 1;
export const BINS: i32 = 2;

/** The way to move groups of `width` signals. */
export function pathOf(outer: i32, inner: i32, width: i32): i32 {
  if (inner >= width) return COLUMNS;
  return inner == 1 && outer >= width ? ROWS : GATHER;
}

/** The first signal of the group that follows the one at s; outer * inner or more when there is none. */
export function nextGroup(path: i32, s: i32, outer: i32, inner: i32, width: i32): i32 {
  if (path == COLUMNS) {
    const i = s % inner;
    if (i + width == inner) return s + width;
    return s - i + min(i + width, inner - width);
  }
  if (path == ROWS) return s + width == outer ? outer : min(s + width, outer - width);
  return s + width;
}

/** How many lanes of the group at s carry signals. */
export function lanesAt(path: i32, s: i32, outer: i32, inner: i32, width: i32): i32 {
  return path == GATHER ? min(width, outer * inner - s) : width;
}

// @ts-ignore: decorator
@inline
function at(n: i32, table: usize, order: i32, t: i32): usize {
  if (order == NATURAL) return <usize>t << 5;
  if (order == BINS) return positionIn(table, t);
  return <usize>(t & 1 ? n - 1 - (t >> 1) : t >> 1) << 5;
}

/** Byte offset of element (s, t) in a tensor. */
// @ts-ignore: decorator
@inline
export function elementOf(s: i32, t: i32, rows: i32, inner: i32): usize {
  const o = <usize>s / <usize>inner;
  return ((o * <usize>rows + <usize>t) * <usize>inner + <usize>(s % inner)) << 2;
}

/** Rows r0..r3 of four vectors become columns, stored at four addresses. */
// @ts-ignore: decorator
@inline
export function storeTransposed(a: v128, b: v128, c: v128, d: v128, p0: usize, p1: usize, p2: usize, p3: usize): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  v128.store(p0, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(p1, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(p2, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5));
  v128.store(p3, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7));
}

/** Clears the points of samples from..n-1: what a shorter input is padded with. */
function pad(plan: usize, order: i32, work: usize, from: i32): void {
  const n = load<i32>(plan);
  const table = positionTable(plan);
  const zero = f32x4.splat(0);
  for (let t = from; t < n; t++) {
    const p = work + at(n, table, order, t);
    v128.store(p, zero);
    v128.store(p, zero, 16);
  }
}

/** Four signals into the vectors at `half` (work or work + 16) of the points; GATHER clears nothing. */
export function load4(
  path: i32, plan: usize, order: i32, half: usize, x: usize, rows: i32, inner: i32, s: i32, lanes: i32,
): void {
  const n = load<i32>(plan);
  const table = positionTable(plan);
  const count = min(rows, n);
  if (path == COLUMNS) {
    const step = <usize>inner << 2;
    let src = x + elementOf(s, 0, rows, inner);
    for (let t = 0; t < count; t++) {
      v128.store(half + at(n, table, order, t), v128.load(src));
      src += step;
    }
  } else if (path == ROWS) {
    const bytes = <usize>rows << 2;
    const x0 = x + <usize>s * bytes;
    const x1 = x0 + bytes;
    const x2 = x1 + bytes;
    const x3 = x2 + bytes;
    let t = 0;
    if (order == NATURAL) {
      for (; t + 4 <= count; t += 4) {
        const o = <usize>t << 2;
        const p = half + (o << 3);
        storeTransposed(
          v128.load(x0 + o), v128.load(x1 + o), v128.load(x2 + o), v128.load(x3 + o), p, p + 32, p + 64, p + 96,
        );
      }
    }
    for (; t + 4 <= count; t += 4) {
      const o = <usize>t << 2;
      storeTransposed(
        v128.load(x0 + o), v128.load(x1 + o), v128.load(x2 + o), v128.load(x3 + o),
        half + at(n, table, order, t), half + at(n, table, order, t + 1),
        half + at(n, table, order, t + 2), half + at(n, table, order, t + 3),
      );
    }
    for (; t < count; t++) {
      const o = <usize>t << 2;
      const p = half + at(n, table, order, t);
      store<f32>(p, load<f32>(x0 + o));
      store<f32>(p, load<f32>(x1 + o), 4);
      store<f32>(p, load<f32>(x2 + o), 8);
      store<f32>(p, load<f32>(x3 + o), 12);
    }
  } else {
    const step = <usize>inner << 2;
    for (let lane = 0; lane < lanes; lane++) {
      let src = x + elementOf(s + lane, 0, rows, inner);
      const dst = half + (<usize>lane << 2);
      for (let t = 0; t < count; t++) {
        store<f32>(dst + at(n, table, order, t), load<f32>(src));
        src += step;
      }
    }
  }
}

/** Four signals of n samples from the vectors at `half` of the points, times `scale`. */
export function store4(
  path: i32, plan: usize, order: i32, half: usize, y: usize, inner: i32, s: i32, lanes: i32, scale: f32,
): void {
  const n = load<i32>(plan);
  const table = positionTable(plan);
  const factor = f32x4.splat(scale);
  if (path == COLUMNS) {
    const step = <usize>inner << 2;
    let dst = y + elementOf(s, 0, n, inner);
    for (let t = 0; t < n; t++) {
      v128.store(dst, f32x4.mul(v128.load(half + at(n, table, order, t)), factor));
      dst += step;
    }
  } else if (path == ROWS) {
    const bytes = <usize>n << 2;
    const y0 = y + <usize>s * bytes;
    const y1 = y0 + bytes;
    const y2 = y1 + bytes;
    const y3 = y2 + bytes;
    let t = 0;
    if (order == NATURAL) {
      for (; t + 4 <= n; t += 4) {
        const o = <usize>t << 2;
        const p = half + (o << 3);
        storeTransposed(
          f32x4.mul(v128.load(p), factor), f32x4.mul(v128.load(p, 32), factor),
          f32x4.mul(v128.load(p, 64), factor), f32x4.mul(v128.load(p, 96), factor),
          y0 + o, y1 + o, y2 + o, y3 + o,
        );
      }
    }
    for (; t + 4 <= n; t += 4) {
      const o = <usize>t << 2;
      storeTransposed(
        f32x4.mul(v128.load(half + at(n, table, order, t)), factor),
        f32x4.mul(v128.load(half + at(n, table, order, t + 1)), factor),
        f32x4.mul(v128.load(half + at(n, table, order, t + 2)), factor),
        f32x4.mul(v128.load(half + at(n, table, order, t + 3)), factor),
        y0 + o, y1 + o, y2 + o, y3 + o,
      );
    }
    for (; t < n; t++) {
      const o = <usize>t << 2;
      const p = half + at(n, table, order, t);
      store<f32>(y0 + o, load<f32>(p) * scale);
      store<f32>(y1 + o, load<f32>(p, 4) * scale);
      store<f32>(y2 + o, load<f32>(p, 8) * scale);
      store<f32>(y3 + o, load<f32>(p, 12) * scale);
    }
  } else {
    const step = <usize>inner << 2;
    for (let lane = 0; lane < lanes; lane++) {
      let dst = y + elementOf(s + lane, 0, n, inner);
      const src = half + (<usize>lane << 2);
      for (let t = 0; t < n; t++) {
        store<f32>(dst, load<f32>(src + at(n, table, order, t)) * scale);
        dst += step;
      }
    }
  }
}

/** Eight real signals into a work buffer, two a complex one; padded with zeros, unused lanes zero. */
export function load8(
  path: i32, plan: usize, order: i32, work: usize, x: usize, rows: i32, inner: i32, s: i32, lanes: i32,
): void {
  const n = load<i32>(plan);
  const table = positionTable(plan);
  const count = min(rows, n);
  if (path == COLUMNS) {
    const step = <usize>inner << 2;
    let src = x + elementOf(s, 0, rows, inner);
    for (let t = 0; t < count; t++) {
      const p = work + at(n, table, order, t);
      v128.store(p, v128.load(src));
      v128.store(p, v128.load(src, 16), 16);
      src += step;
    }
    pad(plan, order, work, count);
    return;
  }
  if (path == GATHER) pad(plan, NATURAL, work, 0);
  else pad(plan, order, work, count);
  load4(path, plan, order, work, x, rows, inner, s, min(lanes, 4));
  load4(path, plan, order, work + 16, x, rows, inner, s + 4, lanes - 4);
}

/** Eight real signals of n samples from a work buffer. */
export function store8(
  path: i32, plan: usize, order: i32, work: usize, y: usize, inner: i32, s: i32, lanes: i32,
): void {
  if (path == COLUMNS) {
    const n = load<i32>(plan);
    const table = positionTable(plan);
    const step = <usize>inner << 2;
    let dst = y + elementOf(s, 0, n, inner);
    for (let t = 0; t < n; t++) {
      const p = work + at(n, table, order, t);
      v128.store(dst, v128.load(p));
      v128.store(dst, v128.load(p, 16), 16);
      dst += step;
    }
    return;
  }
  store4(path, plan, order, work, y, inner, s, min(lanes, 4), 1);
  store4(path, plan, order, work + 16, y, inner, s + 4, lanes - 4, 1);
}

/** Four complex signals into a work buffer; padded with zeros, unused lanes zero. */
export function loadComplex(
  path: i32, plan: usize, order: i32, work: usize, re: usize, im: usize, rows: i32, inner: i32, s: i32, lanes: i32,
): void {
  if (path == GATHER) pad(plan, NATURAL, work, 0);
  else pad(plan, order, work, min(rows, load<i32>(plan)));
  load4(path, plan, order, work, re, rows, inner, s, lanes);
  load4(path, plan, order, work + 16, im, rows, inner, s, lanes);
}
