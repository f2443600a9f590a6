// Radix-5 passes; the layout is that of radix2.ts. The 5-point transform: with s = x1 ± x4 and u = x2 ± x3,
// X1,X4 = a1 ∓ i b1 and X2,X3 = a2 ∓ i b2, where a1,a2 = x0 - (s+ + u+)/4 ± (√5/4)(s+ - u+).
import { madd, nmadd } from '../../../../tooling/build/assembly/fma';
import { mulConjIm, mulConjRe, mulIm, mulRe } from './complex';

const ROOT5_4: f32 = 0.5590169943749475;
const SIN72: f32 = 0.9510565162951535;
const SIN144: f32 = 0.5877852522924731;

/** Decimation in frequency, radix 5. */
export function forward5(work: usize, m: usize, blocks: usize, twiddles: usize): void {
  const d = m << 5;
  const quarter = f32x4.splat(0.25);
  const root = f32x4.splat(ROOT5_4);
  const sin1 = f32x4.splat(SIN72);
  const sin2 = f32x4.splat(SIN144);
  let p = work;
  for (let b: usize = 0; b < blocks; b++) {
    const end = p + d;
    let t = twiddles;
    while (p < end) {
      const x1r = v128.load(p + d);
      const x1i = v128.load(p + d, 16);
      const x4r = v128.load(p + 4 * d);
      const x4i = v128.load(p + 4 * d, 16);
      const s1r = f32x4.add(x1r, x4r);
      const s1i = f32x4.add(x1i, x4i);
      const d1r = f32x4.sub(x1r, x4r);
      const d1i = f32x4.sub(x1i, x4i);
      const x2r = v128.load(p + 2 * d);
      const x2i = v128.load(p + 2 * d, 16);
      const x3r = v128.load(p + 3 * d);
      const x3i = v128.load(p + 3 * d, 16);
      const s2r = f32x4.add(x2r, x3r);
      const s2i = f32x4.add(x2i, x3i);
      const d2r = f32x4.sub(x2r, x3r);
      const d2i = f32x4.sub(x2i, x3i);
      const x0r = v128.load(p);
      const x0i = v128.load(p, 16);
      const sr = f32x4.add(s1r, s2r);
      const si = f32x4.add(s1i, s2i);
      v128.store(p, f32x4.add(x0r, sr));
      v128.store(p, f32x4.add(x0i, si), 16);
      const cr = nmadd(sr, quarter, x0r);
      const ci = nmadd(si, quarter, x0i);
      const er = f32x4.sub(s1r, s2r);
      const ei = f32x4.sub(s1i, s2i);
      const a1r = madd(er, root, cr);
      const a1i = madd(ei, root, ci);
      const b1r = madd(d2r, sin2, f32x4.mul(d1r, sin1));
      const b1i = madd(d2i, sin2, f32x4.mul(d1i, sin1));
      const t1r = f32x4.add(a1r, b1i);
      const t1i = f32x4.sub(a1i, b1r);
      const w1r = v128.load32_splat(t);
      const w1i = v128.load32_splat(t, 4);
      v128.store(p + d, mulRe(t1r, t1i, w1r, w1i));
      v128.store(p + d, mulIm(t1r, t1i, w1r, w1i), 16);
      const t4r = f32x4.sub(a1r, b1i);
      const t4i = f32x4.add(a1i, b1r);
      const w4r = v128.load32_splat(t, 24);
      const w4i = v128.load32_splat(t, 28);
      v128.store(p + 4 * d, mulRe(t4r, t4i, w4r, w4i));
      v128.store(p + 4 * d, mulIm(t4r, t4i, w4r, w4i), 16);
      const a2r = nmadd(er, root, cr);
      const a2i = nmadd(ei, root, ci);
      const b2r = nmadd(d2r, sin1, f32x4.mul(d1r, sin2));
      const b2i = nmadd(d2i, sin1, f32x4.mul(d1i, sin2));
      const t2r = f32x4.add(a2r, b2i);
      const t2i = f32x4.sub(a2i, b2r);
      const w2r = v128.load32_splat(t, 8);
      const w2i = v128.load32_splat(t, 12);
      v128.store(p + 2 * d, mulRe(t2r, t2i, w2r, w2i));
      v128.store(p + 2 * d, mulIm(t2r, t2i, w2r, w2i), 16);
      const t3r = f32x4.sub(a2r, b2i);
      const t3i = f32x4.add(a2i, b2r);
      const w3r = v128.load32_splat(t, 16);
      const w3i = v128.load32_splat(t, 20);
      v128.store(p + 3 * d, mulRe(t3r, t3i, w3r, w3i));
      v128.store(p + 3 * d, mulIm(t3r, t3i, w3r, w3i), 16);
      p += 32;
      t += 32;
    }
    p += 4 * d;
  }
}

/** Decimation in time, radix 5, conjugate twiddles. */
export function inverse5(work: usize, m: usize, blocks: usize, twiddles: usize): void {
  const d = m << 5;
  const quarter = f32x4.splat(0.25);
  const root = f32x4.splat(ROOT5_4);
  const sin1 = f32x4.splat(SIN72);
  const sin2 = f32x4.splat(SIN144);
  let p = work;
  for (let b: usize = 0; b < blocks; b++) {
    const end = p + d;
    let t = twiddles;
    while (p < end) {
      let yr = v128.load(p + d);
      let yi = v128.load(p + d, 16);
      let wr = v128.load32_splat(t);
      let wi = v128.load32_splat(t, 4);
      const x1r = mulConjRe(yr, yi, wr, wi);
      const x1i = mulConjIm(yr, yi, wr, wi);
      yr = v128.load(p + 4 * d);
      yi = v128.load(p + 4 * d, 16);
      wr = v128.load32_splat(t, 24);
      wi = v128.load32_splat(t, 28);
      const x4r = mulConjRe(yr, yi, wr, wi);
      const x4i = mulConjIm(yr, yi, wr, wi);
      const s1r = f32x4.add(x1r, x4r);
      const s1i = f32x4.add(x1i, x4i);
      const d1r = f32x4.sub(x1r, x4r);
      const d1i = f32x4.sub(x1i, x4i);
      yr = v128.load(p + 2 * d);
      yi = v128.load(p + 2 * d, 16);
      wr = v128.load32_splat(t, 8);
      wi = v128.load32_splat(t, 12);
      const x2r = mulConjRe(yr, yi, wr, wi);
      const x2i = mulConjIm(yr, yi, wr, wi);
      yr = v128.load(p + 3 * d);
      yi = v128.load(p + 3 * d, 16);
      wr = v128.load32_splat(t, 16);
      wi = v128.load32_splat(t, 20);
      const x3r = mulConjRe(yr, yi, wr, wi);
      const x3i = mulConjIm(yr, yi, wr, wi);
      const s2r = f32x4.add(x2r, x3r);
      const s2i = f32x4.add(x2i, x3i);
      const d2r = f32x4.sub(x2r, x3r);
      const d2i = f32x4.sub(x2i, x3i);
      const x0r = v128.load(p);
      const x0i = v128.load(p, 16);
      const sr = f32x4.add(s1r, s2r);
      const si = f32x4.add(s1i, s2i);
      v128.store(p, f32x4.add(x0r, sr));
      v128.store(p, f32x4.add(x0i, si), 16);
      const cr = nmadd(sr, quarter, x0r);
      const ci = nmadd(si, quarter, x0i);
      const er = f32x4.sub(s1r, s2r);
      const ei = f32x4.sub(s1i, s2i);
      const a1r = madd(er, root, cr);
      const a1i = madd(ei, root, ci);
      const b1r = madd(d2r, sin2, f32x4.mul(d1r, sin1));
      const b1i = madd(d2i, sin2, f32x4.mul(d1i, sin1));
      v128.store(p + d, f32x4.sub(a1r, b1i));
      v128.store(p + d, f32x4.add(a1i, b1r), 16);
      v128.store(p + 4 * d, f32x4.add(a1r, b1i));
      v128.store(p + 4 * d, f32x4.sub(a1i, b1r), 16);
      const a2r = nmadd(er, root, cr);
      const a2i = nmadd(ei, root, ci);
      const b2r = nmadd(d2r, sin1, f32x4.mul(d1r, sin2));
      const b2i = nmadd(d2i, sin1, f32x4.mul(d1i, sin2));
      v128.store(p + 2 * d, f32x4.sub(a2r, b2i));
      v128.store(p + 2 * d, f32x4.add(a2i, b2r), 16);
      v128.store(p + 3 * d, f32x4.add(a2r, b2i));
      v128.store(p + 3 * d, f32x4.sub(a2i, b2r), 16);
      p += 32;
      t += 32;
    }
    p += 4 * d;
  }
}
