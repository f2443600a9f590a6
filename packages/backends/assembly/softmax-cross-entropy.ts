// Softmax cross entropy by rows. The logarithm is the caller's: AssemblyScript's brings tables, and a table needs memory.
import { exp4, laneSum } from './vector';

/** Per row: its largest logit, and the sum of exp(logit - largest). */
export function softmaxSums(logits: usize, largest: usize, sums: usize, rows: i32, classes: i32): void {
  const full = <usize>(classes & ~3) << 2;
  const bytes = <usize>classes << 2;
  for (let row = 0; row < rows; row++) {
    let top = load<f32>(logits);
    for (let at: usize = 4; at < bytes; at += 4) top = max(top, load<f32>(logits + at));
    const top4 = f32x4.splat(top);
    let sum4 = f32x4.splat(0);
    for (let at: usize = 0; at < full; at += 16) {
      sum4 = f32x4.add(sum4, exp4(f32x4.sub(v128.load(logits + at), top4)));
    }
    let sum = laneSum(sum4);
    for (let at = full; at < bytes; at += 4) {
      sum += f32x4.extract_lane(exp4(f32x4.splat(load<f32>(logits + at) - top)), 0);
    }
    store<f32>(largest + (<usize>row << 2), top);
    store<f32>(sums + (<usize>row << 2), sum);
    logits += bytes;
  }
}

/** dlogits = dy·(exp(logits - logSum) - onehot(label)) */
export function softmaxCrossEntropyGrad(
  logits: usize, labels: usize, logSum: usize, dy: usize, dlogits: usize, rows: i32, classes: i32,
): void {
  const full = <usize>(classes & ~3) << 2;
  const bytes = <usize>classes << 2;
  for (let row = 0; row < rows; row++) {
    const at4 = <usize>row << 2;
    const sum = load<f32>(logSum + at4);
    const d = load<f32>(dy + at4);
    const sum4 = f32x4.splat(sum);
    const d4 = f32x4.splat(d);
    for (let at: usize = 0; at < full; at += 16) {
      v128.store(dlogits + at, f32x4.mul(d4, exp4(f32x4.sub(v128.load(logits + at), sum4))));
    }
    for (let at = full; at < bytes; at += 4) {
      store<f32>(dlogits + at, d * f32x4.extract_lane(exp4(f32x4.splat(load<f32>(logits + at) - sum)), 0));
    }
    const label = dlogits + (<usize>load<i32>(labels + at4) << 2);
    store<f32>(label, load<f32>(label) - d);
    logits += bytes;
    dlogits += bytes;
  }
}
