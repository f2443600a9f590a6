// The sign, without a branch for each value.

// @ts-ignore: decorator
@inline
function value(x: v128): v128 {
  const zero = f32x4.splat(0);
  const positive = v128.and(f32x4.gt(x, zero), f32x4.splat(1));
  return v128.or(positive, v128.and(f32x4.lt(x, zero), f32x4.splat(-1)));
}

/** y = 1, -1, or 0 where x is 0 or not a number, as in tfjs */
export function sign(x: usize, y: usize, count: i32): void {
  const end = x + (<usize>count << 2);
  const fullEnd = x + (<usize>(count & ~3) << 2);
  for (; x < fullEnd; x += 16, y += 16) v128.store(y, value(v128.load(x)));
  for (; x < end; x += 4, y += 4) store<f32>(y, f32x4.extract_lane(value(f32x4.splat(load<f32>(x))), 0));
}
