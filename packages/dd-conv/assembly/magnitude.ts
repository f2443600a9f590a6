// |U| and |U|² of a spectrum, elementwise, and their gradients. The slope of |U| at zero does not exist; training needs a
// finite one, so it is 0. A real spectrum (dct) has no im: its address is 0.
import { madd } from '../../../tooling/build/assembly/fma';
import { loadLanes, storeLanes } from './rows';

/** to[i] = |re[i] + i im[i]|, or its square. */
export function magnitude(re: usize, im: usize, to: usize, count: i32, isSquared: bool): void {
  for (let i = 0; i < count; i += 4) {
    const left = count - i;
    const x = loadLanes(re, left);
    let m: v128;
    if (im != 0) {
      const y = loadLanes(im, left);
      m = madd(y, y, f32x4.mul(x, x));
      if (!isSquared) m = f32x4.sqrt(m);
      im += 16;
    } else m = isSquared ? f32x4.mul(x, x) : f32x4.abs(x);
    storeLanes(to, m, left);
    re += 16;
    to += 16;
  }
}

/** re and im become gradients of the spectrum, given those of its magnitude. */
export function magnitudeGrad(re: usize, im: usize, dMagnitude: usize, count: i32, isSquared: bool): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < count; i += 4) {
    const left = count - i;
    const d = loadLanes(dMagnitude, left);
    const x = loadLanes(re, left);
    const y = im == 0 ? zero : loadLanes(im, left);
    let slope: v128;
    if (isSquared) slope = f32x4.add(d, d);
    else {
      const m = im == 0 ? f32x4.abs(x) : f32x4.sqrt(madd(y, y, f32x4.mul(x, x)));
      slope = v128.and(f32x4.div(d, m), f32x4.gt(m, zero));
    }
    storeLanes(re, f32x4.mul(x, slope), left);
    if (im != 0) {
      storeLanes(im, f32x4.mul(y, slope), left);
      im += 16;
    }
    re += 16;
    dMagnitude += 16;
  }
}
