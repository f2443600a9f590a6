// The transform itself: walks a plan's levels over a work buffer. Other packages' kernels import this file too.
//
// A work buffer holds points of 32 bytes, v128 re and v128 im: four signals, one a lane. Align it to 64 bytes: on the
// heap's 8 a quarter of the vectors straddle two lines of the cache, which costs up to 10 % of the time. The plan (src/wasm/plan.ts makes
// it) is a block of i32 words, its addresses absolute:
//    0 n           length of the signals
//    4 points      points of the work buffer: n, or the inner length of Bluestein's algorithm
//    8 kind        0 direct, 1 Bluestein
//   12 levels      number of levels of the transform of length `points`
//   16 level table entries of 16 bytes: radix (8 and 16 are leaves), m, twiddles, unused
//   20 positions   n byte offsets: where in the work buffer bin k is
//   24 chirp       Bluestein: e^(-iπ j²/n), n pairs of float32
//   28 spectrum    Bluestein: the transformed conjugate chirp over `points`, in digit-reversed order
//   32 rotation    e^(-iπ k/2n), n pairs of float32, for the cosine transforms
import { mulConjIm, mulConjRe, mulIm, mulRe } from './butterflies/complex';
import { forwardLeaf16, inverseLeaf16 } from './butterflies/leaf16';
import { forwardLeaf8, inverseLeaf8 } from './butterflies/leaf8';
import { forward2, inverse2 } from './butterflies/radix2';
import { forward3, inverse3 } from './butterflies/radix3';
import { forward4, forwardLeaf4, inverse4, inverseLeaf4 } from './butterflies/radix4';
import { forward5, inverse5 } from './butterflies/radix5';

// Sub-blocks of up to this many bytes stay in the first-level cache, so their levels run one after the other.
const CACHED: usize = 16384;

/** Byte offset of bin k in the work buffer, after `forward` and before `inverse`. */
// @ts-ignore: decorator
@inline
export function position(plan: usize, k: i32): usize {
  return load<u32>(<usize>load<u32>(plan, 20) + (<usize>k << 2));
}

/** The table behind `position`, for loops: through the plan, every bin would load its address again. */
// @ts-ignore: decorator
@inline
export function positionTable(plan: usize): usize {
  return <usize>load<u32>(plan, 20);
}

/** `position`, given the table. */
// @ts-ignore: decorator
@inline
export function positionIn(table: usize, k: i32): usize {
  return <usize>load<u32>(table + (<usize>k << 2));
}

/** Bytes of the work buffer that this plan needs. */
// @ts-ignore: decorator
@inline
export function workBytes(plan: usize): usize {
  return <usize>load<u32>(plan, 4) << 5;
}

/** Unscaled forward transform in place: natural order in, bin k at `position(plan, k)` out. */
export function forward(plan: usize, work: usize): void {
  const table = <usize>load<u32>(plan, 16);
  const end = table + (<usize>load<u32>(plan, 12) << 4);
  if (load<u32>(plan, 8) == 0) {
    if (table < end) forwardFrom(table, end, work);
    return;
  }
  chirp(plan, work, false);
  forwardFrom(table, end, work);
  convolve(plan, work, false);
  inverseFrom(table, end, work);
  chirp(plan, work, false);
}

/** Unscaled inverse transform in place: bin k at `position(plan, k)` in, natural order out. */
export function inverse(plan: usize, work: usize): void {
  const table = <usize>load<u32>(plan, 16);
  const end = table + (<usize>load<u32>(plan, 12) << 4);
  if (load<u32>(plan, 8) == 0) {
    if (table < end) inverseFrom(table, end, work);
    return;
  }
  chirp(plan, work, true);
  forwardFrom(table, end, work);
  convolve(plan, work, true);
  inverseFrom(table, end, work);
  chirp(plan, work, true);
}

/**
 * Twiddles of the outermost level where that is one of radix 4 which a kernel may do itself while it moves rows, between
 * point j and its neighbours at quarters of the work buffer; else 0. `forwardInner` and `inverseInner` do the others.
 */
export function outerTwiddles(plan: usize): usize {
  const table = <usize>load<u32>(plan, 16);
  if (load<u32>(plan, 8) != 0 || load<u32>(plan, 12) < 2 || load<u32>(table) != 4) return 0;
  return <usize>load<u32>(table, 8);
}

/** What is left of `forward` when the outermost level is done. */
export function forwardInner(plan: usize, work: usize): void {
  const table = <usize>load<u32>(plan, 16);
  const end = table + (<usize>load<u32>(plan, 12) << 4);
  forwardBelow(table, end, work);
}

/** What comes before the outermost level of `inverse`. */
export function inverseInner(plan: usize, work: usize): void {
  const table = <usize>load<u32>(plan, 16);
  const end = table + (<usize>load<u32>(plan, 12) << 4);
  inverseBelow(table, end, work);
}

function forwardFrom(entry: usize, end: usize, work: usize): void {
  forwardLevel(entry, work, 1);
  forwardBelow(entry, end, work);
}

/** The levels below an entry. */
function forwardBelow(entry: usize, end: usize, work: usize): void {
  if (entry + 16 == end) return;
  const radix = <usize>load<u32>(entry);
  const m = <usize>load<u32>(entry, 4);
  if ((radix * m) << 5 <= CACHED) {
    let blocks = radix;
    for (let e = entry + 16; e < end; e += 16) {
      forwardLevel(e, work, blocks);
      blocks *= <usize>load<u32>(e);
    }
    return;
  }
  for (let q: usize = 0; q < radix; q++) forwardFrom(entry + 16, end, work + q * (m << 5));
}

function inverseFrom(entry: usize, end: usize, work: usize): void {
  inverseBelow(entry, end, work);
  inverseLevel(entry, work, 1);
}

/** The levels below an entry, which the inverse does first. */
function inverseBelow(entry: usize, end: usize, work: usize): void {
  if (entry + 16 == end) return;
  const radix = <usize>load<u32>(entry);
  const m = <usize>load<u32>(entry, 4);
  const size = radix * m;
  if (size << 5 <= CACHED) {
    for (let e = end - 16; e > entry; e -= 16) {
      inverseLevel(e, work, size / (<usize>load<u32>(e) * <usize>load<u32>(e, 4)));
    }
    return;
  }
  for (let q: usize = 0; q < radix; q++) inverseFrom(entry + 16, end, work + q * (m << 5));
}

function forwardLevel(entry: usize, work: usize, blocks: usize): void {
  const radix = load<u32>(entry);
  const m = <usize>load<u32>(entry, 4);
  const twiddles = <usize>load<u32>(entry, 8);
  if (radix == 4) {
    if (m == 1) forwardLeaf4(work, blocks);
    else forward4(work, m, blocks, twiddles);
  } else if (radix == 16) forwardLeaf16(work, blocks);
  else if (radix == 8) forwardLeaf8(work, blocks);
  else if (radix == 2) forward2(work, m, blocks, twiddles);
  else if (radix == 3) forward3(work, m, blocks, twiddles);
  else forward5(work, m, blocks, twiddles);
}

function inverseLevel(entry: usize, work: usize, blocks: usize): void {
  const radix = load<u32>(entry);
  const m = <usize>load<u32>(entry, 4);
  const twiddles = <usize>load<u32>(entry, 8);
  if (radix == 4) {
    if (m == 1) inverseLeaf4(work, blocks);
    else inverse4(work, m, blocks, twiddles);
  } else if (radix == 16) inverseLeaf16(work, blocks);
  else if (radix == 8) inverseLeaf8(work, blocks);
  else if (radix == 2) inverse2(work, m, blocks, twiddles);
  else if (radix == 3) inverse3(work, m, blocks, twiddles);
  else inverse5(work, m, blocks, twiddles);
}

/** Multiplies the first n points by the chirp (or its conjugate) and clears the points after them. */
function chirp(plan: usize, work: usize, conjugate: bool): void {
  const end = work + (<usize>load<u32>(plan) << 5);
  multiply(work, end, <usize>load<u32>(plan, 24), conjugate);
  memory.fill(end, 0, work + workBytes(plan) - end);
}

/** Pointwise product with the transformed chirp, both in digit-reversed order. */
function convolve(plan: usize, work: usize, conjugate: bool): void {
  multiply(work, work + workBytes(plan), <usize>load<u32>(plan, 28), conjugate);
}

/** Multiplies the points from p to `end` by the numbers at t, or their conjugates. */
function multiply(p: usize, end: usize, t: usize, conjugate: bool): void {
  for (; p < end; p += 32) {
    const xr = v128.load(p);
    const xi = v128.load(p, 16);
    const wr = v128.load32_splat(t);
    const wi = v128.load32_splat(t, 4);
    if (conjugate) {
      v128.store(p, mulConjRe(xr, xi, wr, wi));
      v128.store(p, mulConjIm(xr, xi, wr, wi), 16);
    } else {
      v128.store(p, mulRe(xr, xi, wr, wi));
      v128.store(p, mulIm(xr, xi, wr, wi), 16);
    }
    t += 8;
  }
}
