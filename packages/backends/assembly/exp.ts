// The exponential over all of float32: the power of two goes on in two halves, so that results too small for a normal number
// and too large for any come out as they should.
import { expOfRest, powersIn } from './vector';

/** Of the float 1.5·2^23, on which powersIn counts. */
const ROUNDER_BITS: i32 = 0x4b400000;

// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

// @ts-ignore: decorator
@inline
function value(x: v128): v128 {
  // e^-104 is rounded to 0 and e^89 to infinity; NaN goes through.
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(89));
  const rounded = powersIn(clamped);
  const y = expOfRest(clamped, rounded);
  const n = i32x4.sub(rounded, i32x4.splat(ROUNDER_BITS));
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

/** y = e^x */
export function exp(x: usize, y: usize, count: i32): void {
  const end = x + (<usize>count << 2);
  const fullEnd = x + (<usize>(count & ~3) << 2);
  for (; x < fullEnd; x += 16, y += 16) v128.store(y, value(v128.load(x)));
  for (; x < end; x += 4, y += 4) store<f32>(y, f32x4.extract_lane(value(f32x4.splat(load<f32>(x))), 0));
}
