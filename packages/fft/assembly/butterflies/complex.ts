// The few complex products that the butterflies and kernels share, as inlined real arithmetic on vectors: four operations
// each with fused multiply-add, six without.
import { madd, nmadd } from '../../../../tooling/build/assembly/fma';

/** Re((ar + i ai)(br + i bi)) */
// @ts-ignore: decorator
@inline
export function mulRe(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return nmadd(ai, bi, f32x4.mul(ar, br));
}

/** Im((ar + i ai)(br + i bi)) */
// @ts-ignore: decorator
@inline
export function mulIm(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return madd(ar, bi, f32x4.mul(ai, br));
}

/** Re((ar + i ai) conj(br + i bi)) */
// @ts-ignore: decorator
@inline
export function mulConjRe(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return madd(ai, bi, f32x4.mul(ar, br));
}

/** Im((ar + i ai) conj(br + i bi)) */
// @ts-ignore: decorator
@inline
export function mulConjIm(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return nmadd(ar, bi, f32x4.mul(ai, br));
}
