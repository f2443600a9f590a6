// GELU, exact form, and its slope. Of both tails of the normal only the upper is computed, in which nothing cancels:
// Q(z) = exp(-z²/2)·t·p(t) with t = 1/(1 + 0.235 z). p of degree 7 was fitted to the least relative error over 0 ≤ z ≤ 13.3,
// 1.1e-7; the slope needs the same exponential. Then gelu(x) = max(x, 0) - |x|·Q(|x|).
//
// Against float64 (kernels/wasm/gelu.test.ts) gelu(x) is right to 8e-7 of the larger of |gelu(x)| and 0.2, its slope to 4e-7;
// in the negative tail gelu(x) has lost nothing but what x² loses by rounding, 1e-5 of its value at most, down to 1e-38.
import { madd, nmadd } from '../../../tooling/build/assembly/fma';
import { exp2 } from './vector';

/** From here on Q is below what float32 holds; exp(-z²/2) is still a normal number. NaN goes through. */
// @ts-ignore: decorator
@inline
function size(x: v128): v128 {
  return f32x4.pmin(f32x4.abs(x), f32x4.splat(13.2));
}

/** exp(-z²/2) */
// @ts-ignore: decorator
@inline
function density(z: v128): v128 {
  return exp2(f32x4.mul(f32x4.mul(z, z), f32x4.splat(-0.72134752044448170)));
}

/** Q(z), given exp(-z²/2). */
// @ts-ignore: decorator
@inline
function tail(z: v128, e: v128): v128 {
  const t = f32x4.div(f32x4.splat(1), madd(z, f32x4.splat(0.235), f32x4.splat(1)));
  let p = f32x4.splat(-0.06409165496);
  p = madd(p, t, f32x4.splat(0.2099482616));
  p = madd(p, t, f32x4.splat(-0.1453882764));
  p = madd(p, t, f32x4.splat(0.1795088819));
  p = madd(p, t, f32x4.splat(0.03567091556));
  p = madd(p, t, f32x4.splat(0.09791913619));
  p = madd(p, t, f32x4.splat(0.09262395858));
  p = madd(p, t, f32x4.splat(0.09380872082));
  return f32x4.mul(f32x4.mul(p, t), e);
}

/** gelu(x), given |x| and Q(|x|). */
// @ts-ignore: decorator
@inline
function value(x: v128, z: v128, q: v128): v128 {
  return nmadd(z, q, f32x4.pmax(x, f32x4.splat(0)));
}

/** Φ(x) + x·φ(x): with h = Q(|x|) - |x|·φ(x), 1 - h where x is positive and h where it is not. */
// @ts-ignore: decorator
@inline
function slope(x: v128, z: v128, e: v128, q: v128): v128 {
  const h = nmadd(f32x4.mul(z, e), f32x4.splat(0.39894228040143268), q);
  return v128.bitselect(f32x4.sub(f32x4.splat(1), h), h, f32x4.gt(x, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function geluOf(x: v128): v128 {
  const z = size(x);
  return value(x, z, tail(z, density(z)));
}

// @ts-ignore: decorator
@inline
function slopeOf(x: v128): v128 {
  const z = size(x);
  const e = density(z);
  return slope(x, z, e, tail(z, e));
}

/** y = x·Φ(x) */
export function gelu(x: usize, y: usize, count: i32): void {
  const end = x + (<usize>count << 2);
  const fullEnd = x + (<usize>(count & ~3) << 2);
  for (; x < fullEnd; x += 16, y += 16) v128.store(y, geluOf(v128.load(x)));
  for (; x < end; x += 4, y += 4) store<f32>(y, f32x4.extract_lane(geluOf(f32x4.splat(load<f32>(x))), 0));
}

/** y = gelu(x), and x is replaced by gelu's slope there. */
export function geluAndSlope(x: usize, y: usize, count: i32): void {
  const end = x + (<usize>count << 2);
  const fullEnd = x + (<usize>(count & ~3) << 2);
  for (; x < fullEnd; x += 16, y += 16) {
    const v = v128.load(x);
    const z = size(v);
    const e = density(z);
    const q = tail(z, e);
    v128.store(y, value(v, z, q));
    v128.store(x, slope(v, z, e, q));
  }
  for (; x < end; x += 4, y += 4) {
    const v = f32x4.splat(load<f32>(x));
    store<f32>(y, f32x4.extract_lane(geluOf(v), 0));
    store<f32>(x, f32x4.extract_lane(slopeOf(v), 0));
  }
}

/** dx = dy·(Φ(x) + x·φ(x)) */
export function geluGrad(x: usize, dy: usize, dx: usize, count: i32): void {
  const end = x + (<usize>count << 2);
  const fullEnd = x + (<usize>(count & ~3) << 2);
  for (; x < fullEnd; x += 16, dy += 16, dx += 16) {
    v128.store(dx, f32x4.mul(v128.load(dy), slopeOf(v128.load(x))));
  }
  for (; x < end; x += 4, dy += 4, dx += 4) {
    store<f32>(dx, load<f32>(dy) * f32x4.extract_lane(slopeOf(f32x4.splat(load<f32>(x))), 0));
  }
}
