// Sine and cosine: the argument less the nearest multiple of π/2, in three parts as Cody and Waite do, then a minimax
// polynomial on ±π/4. The rounding error of the reduction goes along, so what is left is the rounding of the result.

/** 1.5·2^23: adding it rounds to a whole number, which then stands in the low bits of the sum. */
const ROUNDER: f32 = 12582912;
const TWO_OVER_PI: f32 = 0.63661977236758134;

// π/2 in parts of 8 and 11 bits and a rest: their products with a whole number up to 2^13 are exact, the rest's to 1e-10.
const PART_1: f32 = 1.5703125;
const PART_2: f32 = 4.837512969970703125e-4;
const PART_3: f32 = 7.549789954891e-8;

/** sin(x + ahead·π/2), absolute error 6e-8; x is at most 8192 either way. */
// @ts-ignore: decorator
@inline
function wave(x: v128, ahead: i32): v128 {
  const rounded = f32x4.add(f32x4.mul(x, f32x4.splat(TWO_OVER_PI)), f32x4.splat(ROUNDER));
  const n = f32x4.sub(rounded, f32x4.splat(ROUNDER));
  const exact = f32x4.sub(
    f32x4.sub(x, f32x4.mul(n, f32x4.splat(PART_1))), f32x4.mul(n, f32x4.splat(PART_2)),
  );
  const rest = f32x4.mul(n, f32x4.splat(PART_3));
  const r = f32x4.sub(exact, rest);
  const error = f32x4.sub(f32x4.sub(exact, r), rest);
  const z = f32x4.mul(r, r);

  // sin r = r + r³·p(r²)
  let p = f32x4.splat(-1.9494948691e-4);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(8.3319732538e-3));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-1.6666650573e-1));
  const sine = f32x4.add(r, f32x4.add(f32x4.mul(f32x4.mul(z, r), p), error));

  // cos r = 1 - r²/2 + r⁴·q(r²), with what 1 - r²/2 lost in rounding
  let q = f32x4.splat(2.4437728405e-5);
  q = f32x4.add(f32x4.mul(q, z), f32x4.splat(-1.3887361436e-3));
  q = f32x4.add(f32x4.mul(q, z), f32x4.splat(4.1666646747e-2));
  const half = f32x4.mul(z, f32x4.splat(0.5));
  const head = f32x4.sub(f32x4.splat(1), half);
  const lost = f32x4.sub(f32x4.sub(f32x4.splat(1), head), half);
  const tail = f32x4.sub(f32x4.mul(f32x4.mul(z, z), q), f32x4.mul(r, error));
  const cosine = f32x4.add(head, f32x4.add(lost, tail));

  const quarter = i32x4.add(rounded, i32x4.splat(ahead));
  const isOdd = i32x4.shr_s(i32x4.shl(quarter, 31), 31);
  const sign = i32x4.shl(v128.and(quarter, i32x4.splat(2)), 30);
  return v128.xor(v128.bitselect(cosine, sine, isOdd), sign);
}

// @ts-ignore: decorator
@inline
function waves(x: usize, y: usize, count: i32, limit: f32, ahead: i32): i32 {
  const end = x + (<usize>count << 2);
  const fullEnd = x + (<usize>(count & ~3) << 2);
  const limit4 = f32x4.splat(limit);
  let within = i32x4.splat(-1);
  for (; x < fullEnd; x += 16, y += 16) {
    const v = v128.load(x);
    within = v128.and(within, f32x4.le(f32x4.abs(v), limit4));
    v128.store(y, wave(v, ahead));
  }
  for (; x < end; x += 4, y += 4) {
    const v = f32x4.splat(load<f32>(x));
    within = v128.and(within, f32x4.le(f32x4.abs(v), limit4));
    store<f32>(y, f32x4.extract_lane(wave(v, ahead), 0));
  }
  return <i32>!i32x4.all_true(within);
}

/** y = sin x; gives 1 if any |x| is beyond `limit` (at most 8192) or not a number, whose y is then not to be used, else 0. */
export function sin(x: usize, y: usize, count: i32, limit: f32): i32 {
  return waves(x, y, count, limit, 0);
}

/** y = cos x; as {@link sin}. */
export function cos(x: usize, y: usize, count: i32, limit: f32): i32 {
  return waves(x, y, count, limit, 1);
}
