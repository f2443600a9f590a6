// What several kernels share: exponentials on four lanes, sums across lanes, rows added to rows.

import { madd, nmadd } from '../../../tooling/build/assembly/fma';

/** 1.5·2^23: adding it rounds a small float to a whole number, which then stands in the low bits of the sum. */
const ROUNDER: f32 = 12582912;

/** x·log₂e rounded to a whole number, in the low bits of a float: see {@link ROUNDER}. */
// @ts-ignore: decorator
@inline
export function powersIn(x: v128): v128 {
  return madd(x, f32x4.splat(1.44269504088896341), f32x4.splat(ROUNDER));
}

/** e^x but for the powers of two in it, which are `rounded` of {@link powersIn}: Cephes' reduction and polynomial. */
// @ts-ignore: decorator
@inline
export function expOfRest(x: v128, rounded: v128): v128 {
  const n = f32x4.sub(rounded, f32x4.splat(ROUNDER));
  let r = nmadd(n, f32x4.splat(0.693359375), x);
  r = madd(n, f32x4.splat(2.12194440e-4), r);
  let p = f32x4.splat(1.9875691500e-4);
  p = madd(p, r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  return f32x4.add(madd(p, f32x4.mul(r, r), r), f32x4.splat(1));
}

/** e^x, relative error about 1e-7. Below -87 it stays at 1e-38. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  // pmin and pmax are one instruction each, and let NaN through in this order.
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87.33)), f32x4.splat(88.02));
  const rounded = powersIn(clamped);
  const power = i32x4.add(i32x4.shl(rounded, 23), i32x4.splat(0x3f800000));
  return f32x4.mul(expOfRest(clamped, rounded), power);
}

/** 2^x for -126 ≤ x ≤ 127, relative error 8e-8 beyond what rounding x to float32 costs; NaN gives NaN. */
// @ts-ignore: decorator
@inline
export function exp2(x: v128): v128 {
  const rounded = f32x4.add(x, f32x4.splat(ROUNDER));
  const f = f32x4.sub(x, f32x4.sub(rounded, f32x4.splat(ROUNDER)));
  let p = f32x4.splat(1.32765e-3);
  p = madd(p, f, f32x4.splat(9.67554e-3));
  p = madd(p, f, f32x4.splat(5.550713e-2));
  p = madd(p, f, f32x4.splat(2.4022120e-1));
  p = madd(p, f, f32x4.splat(6.9314697e-1));
  p = madd(p, f, f32x4.splat(1));
  // The whole part goes to the exponent.
  return i32x4.add(p, i32x4.shl(rounded, 23));
}

// @ts-ignore: decorator
@inline
export function laneSum(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** to[i] += from[i] */
export function addInto(from: usize, to: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4, from += 16, to += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  for (; i < count; i++, from += 4, to += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}

/** to[i] += from[i], and from is cleared: a partial sum joins its total. */
export function flush(from: usize, to: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = <usize>i << 2;
    v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
    v128.store(from + at, f32x4.splat(0));
  }
  for (; i < count; i++) {
    const at = <usize>i << 2;
    store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
    store<f32>(from + at, 0);
  }
}

/** out[i] = a[i]·b[i] */
export function multiply(a: usize, b: usize, out: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4, a += 16, b += 16, out += 16) {
    v128.store(out, f32x4.mul(v128.load(a), v128.load(b)));
  }
  for (; i < count; i++, a += 4, b += 4, out += 4) store<f32>(out, load<f32>(a) * load<f32>(b));
}
