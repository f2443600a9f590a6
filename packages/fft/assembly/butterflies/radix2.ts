// Radix-2 passes over a work buffer: used once, for lengths with a single factor 2.
// Layout of every pass: `blocks` blocks of r*m points, 32 bytes a point; twiddles [j][q = 1..r-1][re, im] float32.
import { mulConjIm, mulConjRe, mulIm, mulRe } from './complex';

/** Decimation in frequency: (x0, x1) -> (x0 + x1, (x0 - x1) w^j). */
export function forward2(work: usize, m: usize, blocks: usize, twiddles: usize): void {
  const stride = m << 5;
  let p = work;
  for (let b: usize = 0; b < blocks; b++) {
    const end = p + stride;
    let q = end;
    let t = twiddles;
    while (p < end) {
      const ar = v128.load(p);
      const ai = v128.load(p, 16);
      const br = v128.load(q);
      const bi = v128.load(q, 16);
      const wr = v128.load32_splat(t);
      const wi = v128.load32_splat(t, 4);
      v128.store(p, f32x4.add(ar, br));
      v128.store(p, f32x4.add(ai, bi), 16);
      const dr = f32x4.sub(ar, br);
      const di = f32x4.sub(ai, bi);
      v128.store(q, mulRe(dr, di, wr, wi));
      v128.store(q, mulIm(dr, di, wr, wi), 16);
      p += 32;
      q += 32;
      t += 8;
    }
    p = q;
  }
}

/** Decimation in time with conjugate twiddles: (y0, y1) -> y0 ± conj(w^j) y1. */
export function inverse2(work: usize, m: usize, blocks: usize, twiddles: usize): void {
  const stride = m << 5;
  let p = work;
  for (let b: usize = 0; b < blocks; b++) {
    const end = p + stride;
    let q = end;
    let t = twiddles;
    while (p < end) {
      const ar = v128.load(p);
      const ai = v128.load(p, 16);
      const yr = v128.load(q);
      const yi = v128.load(q, 16);
      const wr = v128.load32_splat(t);
      const wi = v128.load32_splat(t, 4);
      const br = mulConjRe(yr, yi, wr, wi);
      const bi = mulConjIm(yr, yi, wr, wi);
      v128.store(p, f32x4.add(ar, br));
      v128.store(p, f32x4.add(ai, bi), 16);
      v128.store(q, f32x4.sub(ar, br));
      v128.store(q, f32x4.sub(ai, bi), 16);
      p += 32;
      q += 32;
      t += 8;
    }
    p = q;
  }
}
