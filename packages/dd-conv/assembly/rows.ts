// Rows of tensors (channels last) a lane group at a time: eight neighbouring channels, the first four in a point's real
// vector and the last four in its imaginary one. Only a tensor of fewer than eight channels has a group with fewer.

/** The first `count` (<= 0: none, >= 4: all) of four floats; what is not there is not touched. */
// @ts-ignore: decorator
@inline
export function loadLanes(address: usize, count: i32): v128 {
  if (count >= 4) return v128.load(address);
  if (count == 3) return v128.load_lane<u32>(address, v128.load64_zero(address), 2, 8);
  if (count == 2) return v128.load64_zero(address);
  if (count == 1) return v128.load32_zero(address);
  return f32x4.splat(0);
}

/** Stores the first `count` (<= 0: none, >= 4: all) of four floats. */
// @ts-ignore: decorator
@inline
export function storeLanes(address: usize, values: v128, count: i32): void {
  if (count >= 4) {
    v128.store(address, values);
    return;
  }
  if (count >= 2) v128.store64_lane(address, values, 0);
  if (count == 3) v128.store32_lane(address, values, 2, 8);
  if (count == 1) v128.store32_lane(address, values, 0);
}

/** Rows 0..rows-1 times `scale`, the work buffer's first points, to a tensor that may have fewer rows than the transform has points. */
export function storeRows(work: usize, address: usize, rowBytes: usize, rows: i32, lanes: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  const end = work + (<usize>rows << 5);
  for (let p = work; p < end; p += 32) {
    storeLanes(address, f32x4.mul(v128.load(p), factor), lanes);
    storeLanes(address + 16, f32x4.mul(v128.load(p, 16), factor), lanes - 4);
    address += rowBytes;
  }
}
