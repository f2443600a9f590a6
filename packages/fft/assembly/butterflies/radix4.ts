// Radix-4 passes, the work-horse, and its last level without twiddles; the layout is that of radix2.ts.
// 16 additions and 3 complex products for 4 points, 16 live vectors at most: it fits the registers of x64.
import { mulConjIm, mulConjRe, mulIm, mulRe } from './complex';

/** The real vector at p; gated, times what lies `gate` bytes further. */
// @ts-ignore: decorator
@inline
export function takeRe(p: usize, isGated: bool, gate: usize): v128 {
  return isGated ? f32x4.mul(v128.load(p), v128.load(p + gate)) : v128.load(p);
}

// @ts-ignore: decorator
@inline
export function takeIm(p: usize, isGated: bool, gate: usize): v128 {
  return isGated ? f32x4.mul(v128.load(p, 16), v128.load(p + gate, 16)) : v128.load(p, 16);
}

/**
 * Stores a real vector: as it is with no gates, with one times what lies `gate` bytes after its place, and with two also
 * `second` bytes further, times what lies `secondGate` bytes after its place.
 */
// @ts-ignore: decorator
@inline
export function giveRe(to: usize, v: v128, gates: i32, gate: usize, second: usize, secondGate: usize): void {
  if (gates == 2) v128.store(to + second, f32x4.mul(v, v128.load(to + secondGate)));
  v128.store(to, gates == 0 ? v : f32x4.mul(v, v128.load(to + gate)));
}

// @ts-ignore: decorator
@inline
export function giveIm(to: usize, v: v128, gates: i32, gate: usize, second: usize, secondGate: usize): void {
  if (gates == 2) v128.store(to + second, f32x4.mul(v, v128.load(to + secondGate, 16)), 16);
  v128.store(to, gates == 0 ? v : f32x4.mul(v, v128.load(to + gate, 16)), 16);
}

/**
 * One butterfly, decimation in frequency: points at `from0` to `from3`, with the twiddles at t, to `to0` to `to3`, which may
 * be the same places. From elsewhere it takes rows of a tensor, so that the outermost level needs no pass of its own.
 */
// @ts-ignore: decorator
@inline
export function forwardButterfly4(
  from0: usize, from1: usize, from2: usize, from3: usize, to0: usize, to1: usize, to2: usize, to3: usize, t: usize,
  isGated: bool, gate: usize,
): void {
  const x0r = takeRe(from0, isGated, gate);
  const x0i = takeIm(from0, isGated, gate);
  const x2r = takeRe(from2, isGated, gate);
  const x2i = takeIm(from2, isGated, gate);
  const s0r = f32x4.add(x0r, x2r);
  const s0i = f32x4.add(x0i, x2i);
  const d0r = f32x4.sub(x0r, x2r);
  const d0i = f32x4.sub(x0i, x2i);
  const x1r = takeRe(from1, isGated, gate);
  const x1i = takeIm(from1, isGated, gate);
  const x3r = takeRe(from3, isGated, gate);
  const x3i = takeIm(from3, isGated, gate);
  const s1r = f32x4.add(x1r, x3r);
  const s1i = f32x4.add(x1i, x3i);
  const d1r = f32x4.sub(x1r, x3r);
  const d1i = f32x4.sub(x1i, x3i);
  v128.store(to0, f32x4.add(s0r, s1r));
  v128.store(to0, f32x4.add(s0i, s1i), 16);
  const w2r = v128.load32_splat(t, 8);
  const w2i = v128.load32_splat(t, 12);
  const t2r = f32x4.sub(s0r, s1r);
  const t2i = f32x4.sub(s0i, s1i);
  v128.store(to2, mulRe(t2r, t2i, w2r, w2i));
  v128.store(to2, mulIm(t2r, t2i, w2r, w2i), 16);
  const w1r = v128.load32_splat(t);
  const w1i = v128.load32_splat(t, 4);
  const t1r = f32x4.add(d0r, d1i);
  const t1i = f32x4.sub(d0i, d1r);
  v128.store(to1, mulRe(t1r, t1i, w1r, w1i));
  v128.store(to1, mulIm(t1r, t1i, w1r, w1i), 16);
  const w3r = v128.load32_splat(t, 16);
  const w3i = v128.load32_splat(t, 20);
  const t3r = f32x4.sub(d0r, d1i);
  const t3i = f32x4.add(d0i, d1r);
  v128.store(to3, mulRe(t3r, t3i, w3r, w3i));
  v128.store(to3, mulIm(t3r, t3i, w3r, w3i), 16);
}

/** Decimation in frequency, radix 4. */
export function forward4(work: usize, m: usize, blocks: usize, twiddles: usize): void {
  const stride = m << 5;
  let p0 = work;
  for (let b: usize = 0; b < blocks; b++) {
    const end = p0 + stride;
    let p1 = end;
    let p2 = p1 + stride;
    let p3 = p2 + stride;
    let t = twiddles;
    while (p0 < end) {
      forwardButterfly4(p0, p1, p2, p3, p0, p1, p2, p3, t, false, 0);
      p0 += 32;
      p1 += 32;
      p2 += 32;
      p3 += 32;
      t += 24;
    }
    p0 = p3;
  }
}

// @ts-ignore: decorator
@inline
function scaled(x: v128, isScaled: bool, scale: v128): v128 {
  return isScaled ? f32x4.mul(x, scale) : x;
}

/** One butterfly, decimation in time with conjugate twiddles; as {@link forwardButterfly4}, its results times `scale`. */
// @ts-ignore: decorator
@inline
export function inverseButterfly4(
  from0: usize, from1: usize, from2: usize, from3: usize, to0: usize, to1: usize, to2: usize, to3: usize, t: usize,
  isScaled: bool, scale: v128, gates: i32, gate: usize, second: usize, secondGate: usize,
): void {
  const y1r = v128.load(from1);
  const y1i = v128.load(from1, 16);
  const w1r = v128.load32_splat(t);
  const w1i = v128.load32_splat(t, 4);
  const x1r = mulConjRe(y1r, y1i, w1r, w1i);
  const x1i = mulConjIm(y1r, y1i, w1r, w1i);
  const y3r = v128.load(from3);
  const y3i = v128.load(from3, 16);
  const w3r = v128.load32_splat(t, 16);
  const w3i = v128.load32_splat(t, 20);
  const x3r = mulConjRe(y3r, y3i, w3r, w3i);
  const x3i = mulConjIm(y3r, y3i, w3r, w3i);
  const s1r = f32x4.add(x1r, x3r);
  const s1i = f32x4.add(x1i, x3i);
  const d1r = f32x4.sub(x1r, x3r);
  const d1i = f32x4.sub(x1i, x3i);
  const y2r = v128.load(from2);
  const y2i = v128.load(from2, 16);
  const w2r = v128.load32_splat(t, 8);
  const w2i = v128.load32_splat(t, 12);
  const x2r = mulConjRe(y2r, y2i, w2r, w2i);
  const x2i = mulConjIm(y2r, y2i, w2r, w2i);
  const x0r = v128.load(from0);
  const x0i = v128.load(from0, 16);
  const s0r = f32x4.add(x0r, x2r);
  const s0i = f32x4.add(x0i, x2i);
  const d0r = f32x4.sub(x0r, x2r);
  const d0i = f32x4.sub(x0i, x2i);
  giveRe(to0, scaled(f32x4.add(s0r, s1r), isScaled, scale), gates, gate, second, secondGate);
  giveIm(to0, scaled(f32x4.add(s0i, s1i), isScaled, scale), gates, gate, second, secondGate);
  giveRe(to2, scaled(f32x4.sub(s0r, s1r), isScaled, scale), gates, gate, second, secondGate);
  giveIm(to2, scaled(f32x4.sub(s0i, s1i), isScaled, scale), gates, gate, second, secondGate);
  giveRe(to1, scaled(f32x4.sub(d0r, d1i), isScaled, scale), gates, gate, second, secondGate);
  giveIm(to1, scaled(f32x4.add(d0i, d1r), isScaled, scale), gates, gate, second, secondGate);
  giveRe(to3, scaled(f32x4.add(d0r, d1i), isScaled, scale), gates, gate, second, secondGate);
  giveIm(to3, scaled(f32x4.sub(d0i, d1r), isScaled, scale), gates, gate, second, secondGate);
}

/** Decimation in time, radix 4, conjugate twiddles. */
export function inverse4(work: usize, m: usize, blocks: usize, twiddles: usize): void {
  const stride = m << 5;
  const none = f32x4.splat(1);
  let p0 = work;
  for (let b: usize = 0; b < blocks; b++) {
    const end = p0 + stride;
    let p1 = end;
    let p2 = p1 + stride;
    let p3 = p2 + stride;
    let t = twiddles;
    while (p0 < end) {
      inverseButterfly4(p0, p1, p2, p3, p0, p1, p2, p3, t, false, none, 0, 0, 0, 0);
      p0 += 32;
      p1 += 32;
      p2 += 32;
      p3 += 32;
      t += 24;
    }
    p0 = p3;
  }
}

/**
 * A 4-point transform of the points at p, p + d, p + 2d, p + 3d, without twiddles; bins 0 and 2 stay in their places, bins 1
 * and 3 go to `to1` and `to3`. The conjugate roots exchange these two, which is all that tells the inverse apart.
 */
// @ts-ignore: decorator
@inline
function butterfly4(p: usize, d: usize, to1: usize, to3: usize): void {
  const x0r = v128.load(p);
  const x0i = v128.load(p, 16);
  const x2r = v128.load(p + 2 * d);
  const x2i = v128.load(p + 2 * d, 16);
  const s0r = f32x4.add(x0r, x2r);
  const s0i = f32x4.add(x0i, x2i);
  const d0r = f32x4.sub(x0r, x2r);
  const d0i = f32x4.sub(x0i, x2i);
  const x1r = v128.load(p + d);
  const x1i = v128.load(p + d, 16);
  const x3r = v128.load(p + 3 * d);
  const x3i = v128.load(p + 3 * d, 16);
  const s1r = f32x4.add(x1r, x3r);
  const s1i = f32x4.add(x1i, x3i);
  const d1r = f32x4.sub(x1r, x3r);
  const d1i = f32x4.sub(x1i, x3i);
  v128.store(p, f32x4.add(s0r, s1r));
  v128.store(p, f32x4.add(s0i, s1i), 16);
  v128.store(p + 2 * d, f32x4.sub(s0r, s1r));
  v128.store(p + 2 * d, f32x4.sub(s0i, s1i), 16);
  v128.store(to1, f32x4.add(d0r, d1i));
  v128.store(to1, f32x4.sub(d0i, d1r), 16);
  v128.store(to3, f32x4.sub(d0r, d1i));
  v128.store(to3, f32x4.add(d0i, d1r), 16);
}

/** A 4-point transform in place, no twiddles. */
// @ts-ignore: decorator
@inline
export function plain4(p: usize, d: usize): void {
  butterfly4(p, d, p + d, p + 3 * d);
}

/** {@link plain4} with conjugate roots. */
// @ts-ignore: decorator
@inline
export function plainInverse4(p: usize, d: usize): void {
  butterfly4(p, d, p + 3 * d, p + d);
}

/** The last level: `blocks` transforms of 4 neighbouring points. */
export function forwardLeaf4(work: usize, blocks: usize): void {
  const end = work + (blocks << 7);
  for (let p = work; p < end; p += 128) plain4(p, 32);
}

/** The first level of the inverse: `blocks` transforms of 4 neighbouring points. */
export function inverseLeaf4(work: usize, blocks: usize): void {
  const end = work + (blocks << 7);
  for (let p = work; p < end; p += 128) plainInverse4(p, 32);
}
