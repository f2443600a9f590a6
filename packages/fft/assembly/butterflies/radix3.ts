// Radix-3 passes; the layout is that of radix2.ts.
import { madd, nmadd } from '../../../../tooling/build/assembly/fma';
import { mulConjIm, mulConjRe, mulIm, mulRe } from './complex';

const SIN60: f32 = 0.8660254037844386;

/** Decimation in frequency, radix 3. */
export function forward3(work: usize, m: usize, blocks: usize, twiddles: usize): void {
  const stride = m << 5;
  const sine = f32x4.splat(SIN60);
  const half = f32x4.splat(0.5);
  let p = work;
  for (let b: usize = 0; b < blocks; b++) {
    const end = p + stride;
    let q = end;
    let s = end + stride;
    let t = twiddles;
    while (p < end) {
      const x0r = v128.load(p);
      const x0i = v128.load(p, 16);
      const x1r = v128.load(q);
      const x1i = v128.load(q, 16);
      const x2r = v128.load(s);
      const x2i = v128.load(s, 16);
      const sr = f32x4.add(x1r, x2r);
      const si = f32x4.add(x1i, x2i);
      const dr = f32x4.sub(x1r, x2r);
      const di = f32x4.sub(x1i, x2i);
      const ar = nmadd(sr, half, x0r);
      const ai = nmadd(si, half, x0i);
      v128.store(p, f32x4.add(x0r, sr));
      v128.store(p, f32x4.add(x0i, si), 16);
      // t1 = a - i sin(60°) d, t2 = a + i sin(60°) d
      const t1r = madd(di, sine, ar);
      const t1i = nmadd(dr, sine, ai);
      const w1r = v128.load32_splat(t);
      const w1i = v128.load32_splat(t, 4);
      v128.store(q, mulRe(t1r, t1i, w1r, w1i));
      v128.store(q, mulIm(t1r, t1i, w1r, w1i), 16);
      const t2r = nmadd(di, sine, ar);
      const t2i = madd(dr, sine, ai);
      const w2r = v128.load32_splat(t, 8);
      const w2i = v128.load32_splat(t, 12);
      v128.store(s, mulRe(t2r, t2i, w2r, w2i));
      v128.store(s, mulIm(t2r, t2i, w2r, w2i), 16);
      p += 32;
      q += 32;
      s += 32;
      t += 16;
    }
    p = s;
  }
}

/** Decimation in time, radix 3, conjugate twiddles. */
export function inverse3(work: usize, m: usize, blocks: usize, twiddles: usize): void {
  const stride = m << 5;
  const sine = f32x4.splat(SIN60);
  const half = f32x4.splat(0.5);
  let p = work;
  for (let b: usize = 0; b < blocks; b++) {
    const end = p + stride;
    let q = end;
    let s = end + stride;
    let t = twiddles;
    while (p < end) {
      const x0r = v128.load(p);
      const x0i = v128.load(p, 16);
      const y1r = v128.load(q);
      const y1i = v128.load(q, 16);
      const w1r = v128.load32_splat(t);
      const w1i = v128.load32_splat(t, 4);
      const x1r = mulConjRe(y1r, y1i, w1r, w1i);
      const x1i = mulConjIm(y1r, y1i, w1r, w1i);
      const y2r = v128.load(s);
      const y2i = v128.load(s, 16);
      const w2r = v128.load32_splat(t, 8);
      const w2i = v128.load32_splat(t, 12);
      const x2r = mulConjRe(y2r, y2i, w2r, w2i);
      const x2i = mulConjIm(y2r, y2i, w2r, w2i);
      const sr = f32x4.add(x1r, x2r);
      const si = f32x4.add(x1i, x2i);
      const dr = f32x4.sub(x1r, x2r);
      const di = f32x4.sub(x1i, x2i);
      const ar = nmadd(sr, half, x0r);
      const ai = nmadd(si, half, x0i);
      v128.store(p, f32x4.add(x0r, sr));
      v128.store(p, f32x4.add(x0i, si), 16);
      v128.store(q, nmadd(di, sine, ar));
      v128.store(q, madd(dr, sine, ai), 16);
      v128.store(s, madd(di, sine, ar));
      v128.store(s, nmadd(dr, sine, ai), 16);
      p += 32;
      q += 32;
      s += 32;
      t += 16;
    }
    p = s;
  }
}
