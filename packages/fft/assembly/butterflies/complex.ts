// The few complex products that the butterflies and kernels share, as inlined real arithmetic on vectors.

/** Re((ar + i ai)(br + i bi)) */
// @ts-ignore: decorator
@inline
export function mulRe(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return f32x4.sub(f32x4.mul(ar, br), f32x4.mul(ai, bi));
}

/** Im((ar + i ai)(br + i bi)) */
// @ts-ignore: decorator
@inline
export function mulIm(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return f32x4.add(f32x4.mul(ai, br), f32x4.mul(ar, bi));
}

/** Re((ar + i ai) conj(br + i bi)) */
// @ts-ignore: decorator
@inline
export function mulConjRe(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return f32x4.add(f32x4.mul(ar, br), f32x4.mul(ai, bi));
}

/** Im((ar + i ai) conj(br + i bi)) */
// @ts-ignore: decorator
@inline
export function mulConjIm(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return f32x4.sub(f32x4.mul(ai, br), f32x4.mul(ar, bi));
}
