// GELU, exact form. The normal's upper tail is Abramowitz & Stegun 7.1.26 (absolute error of erf 1.5e-7), whose factor
// exp(-x²/2) the gradient needs anyway.
import { exp4 } from './vector';

// @ts-ignore: decorator
@inline
function density(x: v128): v128 {
  return exp4(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
}

/** Φ(x), given exp(-x²/2). */
// @ts-ignore: decorator
@inline
function cumulative(x: v128, e: v128): v128 {
  const z = f32x4.mul(f32x4.abs(x), f32x4.splat(0.70710678118654752));
  const t = f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), f32x4.mul(z, f32x4.splat(0.3275911))));
  let p = f32x4.splat(0.5 * 1.061405429);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.5 * -1.453152027));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.5 * 1.421413741));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.5 * -0.284496736));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.5 * 0.254829592));
  const tail = f32x4.mul(f32x4.mul(p, t), e);
  return v128.bitselect(tail, f32x4.sub(f32x4.splat(1), tail), f32x4.lt(x, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function value(x: v128): v128 {
  return f32x4.mul(x, cumulative(x, density(x)));
}

// @ts-ignore: decorator
@inline
function slope(x: v128): v128 {
  const e = density(x);
  return f32x4.add(cumulative(x, e), f32x4.mul(f32x4.mul(x, e), f32x4.splat(0.39894228040143268)));
}

/** y = x·Φ(x) */
export function gelu(x: usize, y: usize, count: i32): void {
  const end = x + (<usize>count << 2);
  const fullEnd = x + (<usize>(count & ~3) << 2);
  for (; x < fullEnd; x += 16, y += 16) v128.store(y, value(v128.load(x)));
  for (; x < end; x += 4, y += 4) store<f32>(y, f32x4.extract_lane(value(f32x4.splat(load<f32>(x))), 0));
}

/** dx = dy·(Φ(x) + x·φ(x)) */
export function geluGrad(x: usize, dy: usize, dx: usize, count: i32): void {
  const end = x + (<usize>count << 2);
  const fullEnd = x + (<usize>(count & ~3) << 2);
  for (; x < fullEnd; x += 16, dy += 16, dx += 16) {
    v128.store(dx, f32x4.mul(v128.load(dy), slope(v128.load(x))));
  }
  for (; x < end; x += 4, dy += 4, dx += 4) {
    store<f32>(dx, load<f32>(dy) * f32x4.extract_lane(slope(f32x4.splat(load<f32>(x))), 0));
  }
}
