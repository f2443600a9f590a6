// Leaves of 16 points: two radix-4 levels in one; their twiddles are constants, some of them trivial.
import { mulConjIm, mulConjRe, mulIm, mulRe } from './complex';
import { plain4, plainInverse4 } from './radix4';

const HALF_ROOT: f32 = 0.7071067811865476;
// cos and sin of π/8
const C1: f32 = 0.9238795325112867;
const S1: f32 = 0.3826834323650898;

/** One radix-4 butterfly at distance 4, outputs 1..3 times the given constants; w2 = -i, where `isQuarter`, costs nothing. */
// @ts-ignore: decorator
@inline
function column(p: usize, w1r: f32, w1i: f32, isQuarter: bool, w2r: f32, w2i: f32, w3r: f32, w3i: f32): void {
  const x0r = v128.load(p);
  const x0i = v128.load(p, 16);
  const x2r = v128.load(p, 256);
  const x2i = v128.load(p, 272);
  const s0r = f32x4.add(x0r, x2r);
  const s0i = f32x4.add(x0i, x2i);
  const d0r = f32x4.sub(x0r, x2r);
  const d0i = f32x4.sub(x0i, x2i);
  const x1r = v128.load(p, 128);
  const x1i = v128.load(p, 144);
  const x3r = v128.load(p, 384);
  const x3i = v128.load(p, 400);
  const s1r = f32x4.add(x1r, x3r);
  const s1i = f32x4.add(x1i, x3i);
  const d1r = f32x4.sub(x1r, x3r);
  const d1i = f32x4.sub(x1i, x3i);
  v128.store(p, f32x4.add(s0r, s1r));
  v128.store(p, f32x4.add(s0i, s1i), 16);
  const t2i = f32x4.sub(s0i, s1i);
  if (isQuarter) {
    v128.store(p, t2i, 256);
    v128.store(p, f32x4.sub(s1r, s0r), 272);
  } else {
    const t2r = f32x4.sub(s0r, s1r);
    v128.store(p, mulRe(t2r, t2i, f32x4.splat(w2r), f32x4.splat(w2i)), 256);
    v128.store(p, mulIm(t2r, t2i, f32x4.splat(w2r), f32x4.splat(w2i)), 272);
  }
  const t1r = f32x4.add(d0r, d1i);
  const t1i = f32x4.sub(d0i, d1r);
  v128.store(p, mulRe(t1r, t1i, f32x4.splat(w1r), f32x4.splat(w1i)), 128);
  v128.store(p, mulIm(t1r, t1i, f32x4.splat(w1r), f32x4.splat(w1i)), 144);
  const t3r = f32x4.sub(d0r, d1i);
  const t3i = f32x4.add(d0i, d1r);
  v128.store(p, mulRe(t3r, t3i, f32x4.splat(w3r), f32x4.splat(w3i)), 384);
  v128.store(p, mulIm(t3r, t3i, f32x4.splat(w3r), f32x4.splat(w3i)), 400);
}

/** {@link column} mirrored: inputs 1..3 times the conjugates of the constants, then the inverse butterfly. */
// @ts-ignore: decorator
@inline
function columnInverse(
  p: usize, w1r: f32, w1i: f32, isQuarter: bool, w2r: f32, w2i: f32, w3r: f32, w3i: f32,
): void {
  const y1r = v128.load(p, 128);
  const y1i = v128.load(p, 144);
  const x1r = mulConjRe(y1r, y1i, f32x4.splat(w1r), f32x4.splat(w1i));
  const x1i = mulConjIm(y1r, y1i, f32x4.splat(w1r), f32x4.splat(w1i));
  const y3r = v128.load(p, 384);
  const y3i = v128.load(p, 400);
  const x3r = mulConjRe(y3r, y3i, f32x4.splat(w3r), f32x4.splat(w3i));
  const x3i = mulConjIm(y3r, y3i, f32x4.splat(w3r), f32x4.splat(w3i));
  const s1r = f32x4.add(x1r, x3r);
  const s1i = f32x4.add(x1i, x3i);
  const d1r = f32x4.sub(x1r, x3r);
  const d1i = f32x4.sub(x1i, x3i);
  const y2r = v128.load(p, 256);
  const y2i = v128.load(p, 272);
  const x0r = v128.load(p);
  const x0i = v128.load(p, 16);
  // The real part with its sign turned: i·y2 is (-y2i, y2r).
  const minusX2r = isQuarter ? y2i : mulConjRe(y2r, y2i, f32x4.splat(-w2r), f32x4.splat(-w2i));
  const x2i = isQuarter ? y2r : mulConjIm(y2r, y2i, f32x4.splat(w2r), f32x4.splat(w2i));
  const s0r = f32x4.sub(x0r, minusX2r);
  const s0i = f32x4.add(x0i, x2i);
  const d0r = f32x4.add(x0r, minusX2r);
  const d0i = f32x4.sub(x0i, x2i);
  v128.store(p, f32x4.add(s0r, s1r));
  v128.store(p, f32x4.add(s0i, s1i), 16);
  v128.store(p, f32x4.sub(s0r, s1r), 256);
  v128.store(p, f32x4.sub(s0i, s1i), 272);
  v128.store(p, f32x4.sub(d0r, d1i), 128);
  v128.store(p, f32x4.add(d0i, d1r), 144);
  v128.store(p, f32x4.add(d0r, d1i), 384);
  v128.store(p, f32x4.sub(d0i, d1r), 400);
}

/** The last levels (4, 4) of the forward transform: `blocks` transforms of 16 neighbouring points. */
export function forwardLeaf16(work: usize, blocks: usize): void {
  const end = work + (blocks << 9);
  for (let p = work; p < end; p += 512) {
    plain4(p, 128);
    column(p + 32, C1, -S1, false, HALF_ROOT, -HALF_ROOT, S1, -C1);
    column(p + 64, HALF_ROOT, -HALF_ROOT, true, 0, -1, -HALF_ROOT, -HALF_ROOT);
    column(p + 96, S1, -C1, false, -HALF_ROOT, -HALF_ROOT, -C1, S1);
    plain4(p, 32);
    plain4(p + 128, 32);
    plain4(p + 256, 32);
    plain4(p + 384, 32);
  }
}

/** The first levels (4, 4) of the inverse. */
export function inverseLeaf16(work: usize, blocks: usize): void {
  const end = work + (blocks << 9);
  for (let p = work; p < end; p += 512) {
    plainInverse4(p, 32);
    plainInverse4(p + 128, 32);
    plainInverse4(p + 256, 32);
    plainInverse4(p + 384, 32);
    plainInverse4(p, 128);
    columnInverse(p + 32, C1, -S1, false, HALF_ROOT, -HALF_ROOT, S1, -C1);
    columnInverse(p + 64, HALF_ROOT, -HALF_ROOT, true, 0, -1, -HALF_ROOT, -HALF_ROOT);
    columnInverse(p + 96, S1, -C1, false, -HALF_ROOT, -HALF_ROOT, -C1, S1);
  }
}
