// Entry of the package's wasm module: what an optimiser does to every value of a model, in one pass over memory. Adding
// up squares or updating takes a few operations a value, so that time goes by the bytes touched, and by nothing else.
import { madd, nmadd } from '../../../tooling/build/assembly/fma';

/**
 * One AdamW update, in place:
 *
 *     m ← beta1·m + gain1·g        v ← beta2·v + gain2·g²        p ← keep·p - rate·m/(√v + epsilon)
 *
 * @param p parameters, with g their gradient, m and v its moments: `count` float32 values each
 */
export function adamw(
  p: usize, g: usize, m: usize, v: usize, count: i32,
  beta1: f32, gain1: f32, beta2: f32, gain2: f32, keep: f32, rate: f32, epsilon: f32,
): void {
  const whole = p + (<usize>(count & ~3) << 2);
  const end = p + (<usize>count << 2);
  while (p < whole) {
    const gradient = v128.load(g);
    const first = madd(f32x4.splat(beta1), v128.load(m), f32x4.mul(f32x4.splat(gain1), gradient));
    const squared = f32x4.mul(f32x4.splat(gain2), f32x4.mul(gradient, gradient));
    const second = madd(f32x4.splat(beta2), v128.load(v), squared);
    v128.store(m, first);
    v128.store(v, second);
    const change = f32x4.div(first, f32x4.add(f32x4.sqrt(second), f32x4.splat(epsilon)));
    v128.store(p, nmadd(f32x4.splat(rate), change, f32x4.mul(f32x4.splat(keep), v128.load(p))));
    p += 16;
    g += 16;
    m += 16;
    v += 16;
  }
  while (p < end) {
    const gradient = load<f32>(g);
    const first = beta1 * load<f32>(m) + gain1 * gradient;
    const second = beta2 * load<f32>(v) + gain2 * gradient * gradient;
    store<f32>(m, first);
    store<f32>(v, second);
    store<f32>(p, keep * load<f32>(p) - (rate * first) / (sqrt<f32>(second) + epsilon));
    p += 4;
    g += 4;
    m += 4;
    v += 4;
  }
}

/** Σ x² of `count` float32 values, added up in float64. */
export function sumOfSquares(x: usize, count: i32): f64 {
  const whole = x + (<usize>(count & ~3) << 2);
  const end = x + (<usize>count << 2);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  while (x < whole) {
    // Of four floats the lower two are widened; for the upper two the halves change places.
    const values = v128.load(x);
    const a = f64x2.promote_low_f32x4(values);
    const b = f64x2.promote_low_f32x4(v128.shuffle<u64>(values, values, 1, 0));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
    x += 16;
  }
  const sums = f64x2.add(low, high);
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  while (x < end) {
    const value = <f64>load<f32>(x);
    sum += value * value;
    x += 4;
  }
  return sum;
}
