// A tile of a matrix product, held in registers. Its shape is what V8 has registers for: it moves the loads of a loop before
// its arithmetic, so every value loaded is alive at once, and 15 registers must hold the sums, a row of op(b), a column of
// op(a), and without fused multiply-add one product. A larger tile spills and runs at half the speed.

import { madd } from '../../../tooling/build/assembly/fma';

/** Of the tile that this build has. */
export const ROWS: i32 = ASC_FEATURE_RELAXED_SIMD ? 3 : 4;
export const COLUMNS: i32 = ASC_FEATURE_RELAXED_SIMD ? 12 : 8;
/**
 * to [ROWS, COLUMNS] = from + Σ_k a[k]ᵀ·b[k], `from` 0 for nothing; strides are bytes from row to row. Row i of op(a) begins at
 * a + row_i (a itself for i = 0) and goes on in steps of `step` bytes; b is a packed panel of `count` rows of COLUMNS floats.
 */
// @ts-ignore: decorator
@inline
export function multiplyTile(
  a: usize, row1: usize, row2: usize, row3: usize, step: usize, b: usize, count: i32,
  from: usize, fromStride: usize, to: usize, stride: usize,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) tile3x12(a, row1, row2, row3, step, b, count, from, fromStride, to, stride);
  else tile4x8(a, row1, row2, row3, step, b, count, from, fromStride, to, stride);
}

function tile3x12(
  a: usize, row1: usize, row2: usize, row3: usize, step: usize, b: usize, count: i32,
  from: usize, fromStride: usize, to: usize, stride: usize,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c02 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  let c20 = c00;
  let c21 = c00;
  let c22 = c00;
  const end = b + ((<usize>count * 12) << 2);
  for (; b < end; b += 48, a += step) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const a0 = v128.load32_splat(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    c02 = madd(a0, b2, c02);
    const a1 = v128.load32_splat(a + row1);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    c12 = madd(a1, b2, c12);
    const a2 = v128.load32_splat(a + row2);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    c22 = madd(a2, b2, c22);
  }
  if (from) {
    c00 = f32x4.add(c00, v128.load(from));
    c01 = f32x4.add(c01, v128.load(from, 16));
    c02 = f32x4.add(c02, v128.load(from, 32));
    from += fromStride;
    c10 = f32x4.add(c10, v128.load(from));
    c11 = f32x4.add(c11, v128.load(from, 16));
    c12 = f32x4.add(c12, v128.load(from, 32));
    from += fromStride;
    c20 = f32x4.add(c20, v128.load(from));
    c21 = f32x4.add(c21, v128.load(from, 16));
    c22 = f32x4.add(c22, v128.load(from, 32));
  }
  v128.store(to, c00);
  v128.store(to, c01, 16);
  v128.store(to, c02, 32);
  to += stride;
  v128.store(to, c10);
  v128.store(to, c11, 16);
  v128.store(to, c12, 32);
  to += stride;
  v128.store(to, c20);
  v128.store(to, c21, 16);
  v128.store(to, c22, 32);
}

function tile4x8(
  a: usize, row1: usize, row2: usize, row3: usize, step: usize, b: usize, count: i32,
  from: usize, fromStride: usize, to: usize, stride: usize,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const end = b + ((<usize>count * 8) << 2);
  for (; b < end; b += 32, a += step) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    const a1 = v128.load32_splat(a + row1);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    const a2 = v128.load32_splat(a + row2);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    const a3 = v128.load32_splat(a + row3);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
  }
  if (from) {
    c00 = f32x4.add(c00, v128.load(from));
    c01 = f32x4.add(c01, v128.load(from, 16));
    from += fromStride;
    c10 = f32x4.add(c10, v128.load(from));
    c11 = f32x4.add(c11, v128.load(from, 16));
    from += fromStride;
    c20 = f32x4.add(c20, v128.load(from));
    c21 = f32x4.add(c21, v128.load(from, 16));
    from += fromStride;
    c30 = f32x4.add(c30, v128.load(from));
    c31 = f32x4.add(c31, v128.load(from, 16));
  }
  v128.store(to, c00);
  v128.store(to, c01, 16);
  to += stride;
  v128.store(to, c10);
  v128.store(to, c11, 16);
  to += stride;
  v128.store(to, c20);
  v128.store(to, c21, 16);
  to += stride;
  v128.store(to, c30);
  v128.store(to, c31, 16);
}
