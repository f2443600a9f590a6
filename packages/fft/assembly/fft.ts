// Entry of the package's wasm module: every export is a kernel. Tensors are [outer, rows, inner], transformed along
// rows; an input with fewer rows than the transform wants counts as zero there, one with more is cut. `work` is the
// plan's work buffer plus 64 bytes.
import { binsToCosines, cosinesToBins } from './cosine';
import { BINS, lanesAt, load8, loadComplex, MAKHOUL, NATURAL, nextGroup, pathOf, store4, store8 } from './movers';
import { packBins, unpackBins } from './real';
import { forward, inverse } from './transform';

/** x [outer, rows, inner] -> re, im [outer, n/2+1, inner]; see real.ts for edge and middle. */
export function rfft(
  plan: usize, work: usize, x: usize, rows: i32, re: usize, im: usize, outer: i32, inner: i32, edge: f32, middle: f32,
): void {
  const path = pathOf(outer, inner, 8);
  for (let s = 0; s < outer * inner; s = nextGroup(path, s, outer, inner, 8)) {
    const lanes = lanesAt(path, s, outer, inner, 8);
    load8(path, plan, NATURAL, work, x, rows, inner, s, lanes);
    forward(plan, work);
    unpackBins(path, plan, work, re, im, inner, s, lanes, edge, middle);
  }
}

/** re, im [outer, rows, inner] -> y [outer, n, inner]. */
export function irfft(
  plan: usize, work: usize, re: usize, im: usize, rows: i32, y: usize, outer: i32, inner: i32, edge: f32, middle: f32,
): void {
  const path = pathOf(outer, inner, 8);
  for (let s = 0; s < outer * inner; s = nextGroup(path, s, outer, inner, 8)) {
    const lanes = lanesAt(path, s, outer, inner, 8);
    packBins(path, plan, work, re, im, rows, inner, s, lanes, edge, middle);
    inverse(plan, work);
    store8(path, plan, NATURAL, work, y, inner, s, lanes);
  }
}

/** re, im [outer, rows, inner] -> yre, yim [outer, n, inner]. */
export function fft(
  plan: usize, work: usize, re: usize, im: usize, rows: i32, yre: usize, yim: usize, outer: i32, inner: i32,
  scale: f32, backward: bool,
): void {
  const path = pathOf(outer, inner, 4);
  const from = backward ? BINS : NATURAL;
  const to = backward ? NATURAL : BINS;
  for (let s = 0; s < outer * inner; s = nextGroup(path, s, outer, inner, 4)) {
    const lanes = lanesAt(path, s, outer, inner, 4);
    loadComplex(path, plan, from, work, re, im, rows, inner, s, lanes);
    transform(plan, work, backward);
    store4(path, plan, to, work, yre, inner, s, lanes, scale);
    store4(path, plan, to, work + 16, yim, inner, s, lanes, scale);
  }
}

/** DCT-II of x [outer, rows, inner] -> y [outer, n, inner]; `edge` scales coefficient 0, `middle` the others. */
export function dct(
  plan: usize, work: usize, x: usize, rows: i32, y: usize, outer: i32, inner: i32, edge: f32, middle: f32,
): void {
  const path = pathOf(outer, inner, 8);
  for (let s = 0; s < outer * inner; s = nextGroup(path, s, outer, inner, 8)) {
    const lanes = lanesAt(path, s, outer, inner, 8);
    load8(path, plan, MAKHOUL, work, x, rows, inner, s, lanes);
    forward(plan, work);
    binsToCosines(plan, work, edge, middle);
    store8(path, plan, BINS, work, y, inner, s, lanes);
  }
}

/** DCT-III of x [outer, rows, inner] -> y [outer, n, inner]. */
export function idct(
  plan: usize, work: usize, x: usize, rows: i32, y: usize, outer: i32, inner: i32, edge: f32, middle: f32,
): void {
  const path = pathOf(outer, inner, 8);
  for (let s = 0; s < outer * inner; s = nextGroup(path, s, outer, inner, 8)) {
    const lanes = lanesAt(path, s, outer, inner, 8);
    load8(path, plan, BINS, work, x, rows, inner, s, lanes);
    cosinesToBins(plan, work, edge, middle);
    inverse(plan, work);
    store8(path, plan, MAKHOUL, work, y, inner, s, lanes);
  }
}

/** Transforms a work buffer in place; for tests and measurements of the butterflies alone. */
export function transform(plan: usize, work: usize, backward: bool): void {
  if (backward) inverse(plan, work);
  else forward(plan, work);
}
