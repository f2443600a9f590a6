// Sums over one run of axes, seen as [outer, count, inner]: down the columns, or along the rows where inner is 1.
import { laneSum } from './vector';

/** Rows summed in registers before they join the total: keeps float32 sums over many rows accurate. */
const BLOCK: i32 = 128;

/** out[o, i] = Σ_r x[o, r, i] */
export function sumMiddle(x: usize, out: usize, outer: i32, count: i32, inner: i32): void {
  const bytes = <usize>inner << 2;
  for (let o = 0; o < outer; o++) {
    memory.fill(out, 0, bytes);
    sumRowsInto(x, out, count, inner);
    x += <usize>count * bytes;
    out += bytes;
  }
}

/** out[i] += Σ_r x[r, i] */
export function sumRowsInto(x: usize, out: usize, count: i32, inner: i32): void {
  for (let start = 0; start < count; start += BLOCK) {
    const rows = min(BLOCK, count - start);
    addRows(x, out, rows, inner);
    x += (<usize>rows * <usize>inner) << 2;
  }
}

function addRows(x: usize, out: usize, rows: i32, inner: i32): void {
  const bytes = <usize>inner << 2;
  const wide = <usize>(inner & ~15) << 2;
  const full = <usize>(inner & ~3) << 2;
  let at: usize = 0;
  for (; at < wide; at += 64) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    let from = x + at;
    for (let r = 0; r < rows; r++) {
      s0 = f32x4.add(s0, v128.load(from));
      s1 = f32x4.add(s1, v128.load(from, 16));
      s2 = f32x4.add(s2, v128.load(from, 32));
      s3 = f32x4.add(s3, v128.load(from, 48));
      from += bytes;
    }
    const to = out + at;
    v128.store(to, f32x4.add(v128.load(to), s0));
    v128.store(to, f32x4.add(v128.load(to, 16), s1), 16);
    v128.store(to, f32x4.add(v128.load(to, 32), s2), 32);
    v128.store(to, f32x4.add(v128.load(to, 48), s3), 48);
  }
  for (; at < full; at += 16) {
    let s = f32x4.splat(0);
    let from = x + at;
    for (let r = 0; r < rows; r++, from += bytes) s = f32x4.add(s, v128.load(from));
    v128.store(out + at, f32x4.add(v128.load(out + at), s));
  }
  for (; at < bytes; at += 4) {
    let s: f32 = 0;
    let from = x + at;
    for (let r = 0; r < rows; r++, from += bytes) s += load<f32>(from);
    store<f32>(out + at, load<f32>(out + at) + s);
  }
}

/** out[o] = Σ_r x[o, r] */
export function sumLast(x: usize, out: usize, outer: i32, count: i32): void {
  const bytes = <usize>count << 2;
  const block = <usize>BLOCK << 4;
  for (let o = 0; o < outer; o++) {
    let total: f32 = 0;
    let at: usize = 0;
    while (at < bytes) {
      const end = min(at + block, bytes);
      let s0 = f32x4.splat(0);
      let s1 = f32x4.splat(0);
      for (; at + 32 <= end; at += 32) {
        s0 = f32x4.add(s0, v128.load(x + at));
        s1 = f32x4.add(s1, v128.load(x + at, 16));
      }
      let partial = laneSum(f32x4.add(s0, s1));
      for (; at < end; at += 4) partial += load<f32>(x + at);
      total += partial;
    }
    store<f32>(out + (<usize>o << 2), total);
    x += bytes;
  }
}
