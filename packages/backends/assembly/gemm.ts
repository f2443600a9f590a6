// Matrix products with either operand transposed: out = op(a)·op(b). Packing makes the flags free: panels of 4 rows of
// op(a) and of 8 columns of op(b) are copied, a block of the inner side at a time, into the order in which one small kernel
// reads them, and that kernel keeps a 4 x 8 tile of the output in registers: 8 products and 8 sums for 6 loads.

import { madd } from '../../../tooling/build/assembly/fma';
import { transposeBlock } from './transpose';

const ROWS: i32 = 4;
const COLUMNS: i32 = 8;

/** To whole panels of op(b). */
// @ts-ignore: decorator
@inline
function roundUp(width: i32): i32 {
  return (width + COLUMNS - 1) & -COLUMNS;
}

/**
 * out [m, n] = op(a) [m, inner] · op(b) [inner, n]; a is stored [inner, m] with transposeA, b [n, inner] with transposeB.
 * The inner side is taken `depth` at a time and the columns `block` at a time, so that packed b stays in the cache.
 * `scratch` holds depth·(block rounded up to 8) + 4·depth + 32 floats. No size may be 0.
 */
export function gemm(
  a: usize, b: usize, out: usize, m: i32, inner: i32, n: i32,
  transposeA: i32, transposeB: i32, scratch: usize, depth: i32, block: i32,
): void {
  const packedA = scratch + ((<usize>roundUp(block) * <usize>depth) << 2);
  const tile = packedA + ((<usize>ROWS * <usize>depth) << 2);
  for (let first = 0; first < n; first += block) {
    const columns = min(block, n - first);
    for (let start = 0; start < inner; start += depth) {
      const count = min(depth, inner - start);
      const panelBytes = (<usize>count * <usize>COLUMNS) << 2;
      let panel = scratch;
      for (let c = first; c < first + columns; c += COLUMNS, panel += panelBytes) {
        const width = min(COLUMNS, first + columns - c);
        if (transposeB) packAcross(b + ((<usize>c * <usize>inner + <usize>start) << 2), inner, count, width, COLUMNS, panel);
        else packAlong(b + ((<usize>start * <usize>n + <usize>c) << 2), n, count, width, COLUMNS, panel);
      }
      for (let row = 0; row < m; row += ROWS) {
        const height = min(ROWS, m - row);
        if (transposeA) packAlong(a + ((<usize>start * <usize>m + <usize>row) << 2), m, count, height, ROWS, packedA);
        else packAcross(a + ((<usize>row * <usize>inner + <usize>start) << 2), inner, count, height, ROWS, packedA);
        panel = scratch;
        for (let c = first; c < first + columns; c += COLUMNS, panel += panelBytes) {
          const width = min(COLUMNS, first + columns - c);
          const to = out + ((<usize>row * <usize>n + <usize>c) << 2);
          if (height == ROWS && width == COLUMNS) {
            multiplyTile(packedA, panel, count, to, <usize>n << 2, start > 0);
          } else {
            multiplyTile(packedA, panel, count, tile, COLUMNS << 2, false);
            moveTile(tile, to, height, width, <usize>n << 2, start > 0);
          }
        }
      }
    }
  }
}

/** packed[k, i] = x[k, i], rows `stride` floats apart; zeros for i in width..full-1. */
function packAlong(x: usize, stride: i32, count: i32, width: i32, full: i32, packed: usize): void {
  const step = <usize>stride << 2;
  const end = packed + ((<usize>count * <usize>full) << 2);
  if (width == full) {
    if (full == ROWS) {
      for (; packed < end; packed += 16, x += step) v128.store(packed, v128.load(x));
    } else {
      for (; packed < end; packed += 32, x += step) {
        v128.store(packed, v128.load(x));
        v128.store(packed, v128.load(x, 16), 16);
      }
    }
    return;
  }
  for (; packed < end; packed += <usize>full << 2, x += step) {
    for (let i = 0; i < full; i++) store<f32>(packed + (<usize>i << 2), i < width ? load<f32>(x + (<usize>i << 2)) : 0);
  }
}

/** packed[k, i] = x[i, k], rows `stride` floats apart; zeros for i in width..full-1. */
function packAcross(x: usize, stride: i32, count: i32, width: i32, full: i32, packed: usize): void {
  const step = <usize>stride << 2;
  const row = <usize>full << 2;
  for (let i = 0; i < full; i += 4) {
    let from = x + <usize>i * step;
    let to = packed + (<usize>i << 2);
    let k = 0;
    if (i + 4 <= width) {
      for (; k + 4 <= count; k += 4) {
        transposeBlock(from, step, to, row);
        from += 16;
        to += 4 * row;
      }
    }
    for (; k < count; k++) {
      for (let j = 0; j < 4; j++) {
        store<f32>(to + (<usize>j << 2), i + j < width ? load<f32>(from + <usize>j * step) : 0);
      }
      from += 4;
      to += row;
    }
  }
}

/** to[4, 8] = (isAdded ? to : 0) + Σ_k a[k, 4]ᵀ·b[k, 8], both packed; rows of `to` are `stride` bytes apart. */
function multiplyTile(a: usize, b: usize, count: i32, to: usize, stride: usize, isAdded: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const end = a + (<usize>count << 4);
  for (; a < end; a += 16, b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    const a1 = v128.load32_splat(a, 4);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    const a2 = v128.load32_splat(a, 8);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    const a3 = v128.load32_splat(a, 12);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
  }
  const to1 = to + stride;
  const to2 = to1 + stride;
  const to3 = to2 + stride;
  if (isAdded) {
    c00 = f32x4.add(c00, v128.load(to));
    c01 = f32x4.add(c01, v128.load(to, 16));
    c10 = f32x4.add(c10, v128.load(to1));
    c11 = f32x4.add(c11, v128.load(to1, 16));
    c20 = f32x4.add(c20, v128.load(to2));
    c21 = f32x4.add(c21, v128.load(to2, 16));
    c30 = f32x4.add(c30, v128.load(to3));
    c31 = f32x4.add(c31, v128.load(to3, 16));
  }
  v128.store(to, c00);
  v128.store(to, c01, 16);
  v128.store(to1, c10);
  v128.store(to1, c11, 16);
  v128.store(to2, c20);
  v128.store(to2, c21, 16);
  v128.store(to3, c30);
  v128.store(to3, c31, 16);
}

/** The corner of a tile that lies within the output. */
function moveTile(tile: usize, to: usize, height: i32, width: i32, stride: usize, isAdded: bool): void {
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const value = load<f32>(tile + (<usize>(i * COLUMNS + j) << 2));
      const at = to + <usize>i * stride + (<usize>j << 2);
      store<f32>(at, isAdded ? load<f32>(at) + value : value);
    }
  }
}
