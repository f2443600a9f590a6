// Rows picked by number, and rows added to the row of their number: an embedding there and back.

/**
 * out[o, i, :] = x[o, ids[i], :], values of 4 bytes.
 * Gives the index of the first id outside 0..size-1 (out is then unfinished), or -1.
 */
export function gatherRows(x: usize, ids: usize, out: usize, outer: i32, size: i32, count: i32, inner: i32): i32 {
  const bytes = <usize>inner << 2;
  for (let i = 0; i < count; i++) {
    const id = load<i32>(ids + (<usize>i << 2));
    if (id < 0 || id >= size) return i;
  }
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      const from = x + <usize>load<i32>(ids + (<usize>i << 2)) * bytes;
      if (inner == 1) store<u32>(out, load<u32>(from));
      else memory.copy(out, from, bytes);
      out += bytes;
    }
    x += <usize>size * bytes;
  }
  return -1;
}

/** out[ids[i], :] += x[i, :] from zero; rows whose id is no segment are dropped, as tfjs does. */
export function scatterAddRows(x: usize, ids: usize, out: usize, count: i32, segments: i32, inner: i32): void {
  const bytes = <usize>inner << 2;
  const full = <usize>(inner & ~3) << 2;
  memory.fill(out, 0, <usize>segments * bytes);
  for (let i = 0; i < count; i++) {
    const id = load<i32>(ids + (<usize>i << 2));
    if (id >= 0 && id < segments) {
      const to = out + <usize>id * bytes;
      for (let at: usize = 0; at < full; at += 16) {
        v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(x + at)));
      }
      for (let at = full; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(x + at));
    }
    x += bytes;
  }
}

/** `count` runs of `bytes` bytes, at the given distances there and here: a slice out of the middle of every row. */
export function copyRuns(from: usize, to: usize, count: i32, bytes: i32, fromStride: i32, toStride: i32): void {
  for (let i = 0; i < count; i++) {
    memory.copy(to, from, bytes);
    from += fromStride;
    to += toStride;
  }
}
