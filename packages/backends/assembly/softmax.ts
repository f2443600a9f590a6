// Softmax by rows: the largest value, exponentials and their sum, and the division, while a row is in the cache.
import { exp4, laneSum } from './vector';

/** y = exp(x - max x) / Σ exp(x - max x) over the last axis; y may be x. */
export function softmax(x: usize, y: usize, rows: i32, classes: i32): void {
  const full = <usize>(classes & ~3) << 2;
  const bytes = <usize>classes << 2;
  for (let row = 0; row < rows; row++) {
    let top4 = f32x4.splat(load<f32>(x));
    for (let at: usize = 0; at < full; at += 16) top4 = f32x4.max(top4, v128.load(x + at));
    let top = max(
      max(f32x4.extract_lane(top4, 0), f32x4.extract_lane(top4, 1)),
      max(f32x4.extract_lane(top4, 2), f32x4.extract_lane(top4, 3)),
    );
    for (let at = full; at < bytes; at += 4) top = max(top, load<f32>(x + at));
    top4 = f32x4.splat(top);
    let sum4 = f32x4.splat(0);
    for (let at: usize = 0; at < full; at += 16) {
      const e = exp4(f32x4.sub(v128.load(x + at), top4));
      v128.store(y + at, e);
      sum4 = f32x4.add(sum4, e);
    }
    let sum = laneSum(sum4);
    for (let at = full; at < bytes; at += 4) {
      const e = f32x4.extract_lane(exp4(f32x4.splat(load<f32>(x + at) - top)), 0);
      store<f32>(y + at, e);
      sum += e;
    }
    const share: f32 = 1 / sum;
    const share4 = f32x4.splat(share);
    for (let at: usize = 0; at < full; at += 16) v128.store(y + at, f32x4.mul(v128.load(y + at), share4));
    for (let at = full; at < bytes; at += 4) store<f32>(y + at, load<f32>(y + at) * share);
    x += bytes;
    y += bytes;
  }
}
