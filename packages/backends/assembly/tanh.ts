// The hyperbolic tangent: Cephes' odd polynomial near zero, 1 - 2/(exp(2|x|) + 1) beyond it.
import { exp4 } from './vector';

// @ts-ignore: decorator
@inline
function value(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-3.33332819422e-1));
  const near = f32x4.add(x, f32x4.mul(f32x4.mul(z, x), p));

  const growth = f32x4.add(exp4(f32x4.add(size, size)), f32x4.splat(1));
  const far = f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), growth));
  const signed = v128.or(far, v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(near, signed, f32x4.lt(size, f32x4.splat(0.625)));
}

/** y = tanh x */
export function tanh(x: usize, y: usize, count: i32): void {
  const end = x + (<usize>count << 2);
  const fullEnd = x + (<usize>(count & ~3) << 2);
  for (; x < fullEnd; x += 16, y += 16) v128.store(y, value(v128.load(x)));
  for (; x < end; x += 4, y += 4) store<f32>(y, f32x4.extract_lane(value(f32x4.splat(load<f32>(x))), 0));
}
