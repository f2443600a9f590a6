// Matrix products with either operand transposed: out = base + op(a)·op(b). A small kernel (gemm-tile) keeps a tile of the
// output in registers and reads op(b) from panels as wide as the tile, packed a block of the inner side at a time. op(a) is
// read where it stands; only one that is stored transposed is packed too, because its rows would touch a cache line a value.

import { transposeBlock } from './transpose';
import { COLUMNS, ROWS, multiplyTile } from './gemm-tile';

/**
 * So many tiles below each other are computed with one panel of op(b) while it is in the first-level cache. Of a transposed
 * op(a) it is also what is packed at once: a cache line of each stored row, or nearly.
 */
const GROUP: i32 = 4;

/** To whole panels of op(b). */
// @ts-ignore: decorator
@inline
function roundUp(width: i32): i32 {
  return ((width + COLUMNS - 1) / COLUMNS) * COLUMNS;
}

/** Bytes of a panel of op(a) with room for one vector more. */
// @ts-ignore: decorator
@inline
function packedPanel(count: i32): usize {
  return ((<usize>count * <usize>ROWS) << 2) + 16;
}

/**
 * out [m, n] = base + op(a) [m, inner] · op(b) [inner, n]; a is stored [inner, m] with transposeA, b [n, inner] with
 * transposeB. `base` is the address of what is added, its rows `baseStride` bytes apart (0 for one row under all of them; it
 * may be out itself), or 0 for nothing.
 * The inner side is taken `depth` at a time and the columns `block` at a time, so that packed b stays in the cache.
 * `scratch` holds depth·(block in whole panels) + 16·depth + 64 floats. No size may be 0.
 */
export function gemm(
  a: usize, b: usize, out: usize, m: i32, inner: i32, n: i32, transposeA: i32, transposeB: i32,
  base: usize, baseStride: i32, scratch: usize, depth: i32, block: i32,
): void {
  const packedA = scratch + ((<usize>roundUp(block) * <usize>depth) << 2);
  const tile = packedA + <usize>GROUP * packedPanel(depth);
  const outStride = <usize>n << 2;
  for (let first = 0; first < n; first += block) {
    const columns = min(block, n - first);
    for (let start = 0; start < inner; start += depth) {
      const count = min(depth, inner - start);
      const panelBytes = (<usize>count * <usize>COLUMNS) << 2;
      packB(b, inner, n, transposeB, start, count, first, columns, scratch);
      // What the tiles start from: the base, then what they came to in the blocks of the inner side before.
      const from = start > 0 ? out : base;
      const fromStride = start > 0 ? outStride : <usize>baseStride;
      const packedBytes = packedPanel(count);
      for (let group = 0; group < m; group += ROWS * GROUP) {
        const groupEnd = min(group + ROWS * GROUP, m);
        if (transposeA) packA(a + ((<usize>start * <usize>m + <usize>group) << 2), m, count, m - group, packedA);
        let panel = scratch;
        for (let c = first; c < first + columns; c += COLUMNS, panel += panelBytes) {
          const width = min(COLUMNS, first + columns - c);
          const at = <usize>c << 2;
          for (let row = group; row < groupEnd; row += ROWS) {
            const height = min(ROWS, m - row);
            let rows = a + ((<usize>row * <usize>inner + <usize>start) << 2);
            let rowStride = <usize>inner << 2;
            let step: usize = 4;
            if (transposeA) {
              rows = packedA + <usize>((row - group) / ROWS) * packedBytes;
              rowStride = 4;
              step = ROWS << 2;
            }
            // Rows that are not there are read as the last one.
            const row1 = <usize>min(1, height - 1) * rowStride;
            const row2 = <usize>min(2, height - 1) * rowStride;
            const row3 = <usize>min(3, height - 1) * rowStride;
            const to = out + <usize>row * outStride + at;
            const under = from ? from + <usize>row * fromStride + at : 0;
            if (height == ROWS && width == COLUMNS) {
              multiplyTile(rows, row1, row2, row3, step, panel, count, under, fromStride, to, outStride);
            } else {
              multiplyTile(rows, row1, row2, row3, step, panel, count, 0, 0, tile, COLUMNS << 2);
              moveTile(tile, under, fromStride, to, outStride, height, width);
            }
          }
        }
      }
    }
  }
}

/** The panels of op(b)[start.., first..], `count` rows of COLUMNS values each, zeros where there are no columns. */
function packB(
  b: usize, inner: i32, n: i32, transposeB: i32, start: i32, count: i32, first: i32, columns: i32, packed: usize,
): void {
  const panelBytes = (<usize>count * <usize>COLUMNS) << 2;
  for (let c = first; c < first + columns; c += COLUMNS, packed += panelBytes) {
    const width = min(COLUMNS, first + columns - c);
    if (transposeB) packAcross(b + ((<usize>c * <usize>inner + <usize>start) << 2), inner, count, width, packed);
    else packAlong(b + ((<usize>start * <usize>n + <usize>c) << 2), n, count, width, packed);
  }
}

/** packed[k, i] = x[k, i] for COLUMNS values of rows `stride` floats apart. */
function packAlong(x: usize, stride: i32, count: i32, width: i32, packed: usize): void {
  const step = <usize>stride << 2;
  const end = packed + ((<usize>count * <usize>COLUMNS) << 2);
  if (width == COLUMNS) {
    for (; packed < end; packed += COLUMNS << 2, x += step) {
      for (let i: usize = 0; i < <usize>COLUMNS << 2; i += 16) v128.store(packed + i, v128.load(x + i));
    }
    return;
  }
  for (; packed < end; packed += COLUMNS << 2, x += step) {
    for (let i = 0; i < COLUMNS; i++) store<f32>(packed + (<usize>i << 2), i < width ? load<f32>(x + (<usize>i << 2)) : 0);
  }
}

/** packed[k, i] = x[i, k] for COLUMNS rows `stride` floats apart. */
function packAcross(x: usize, stride: i32, count: i32, width: i32, packed: usize): void {
  const step = <usize>stride << 2;
  const row = <usize>COLUMNS << 2;
  for (let i = 0; i < COLUMNS; i += 4) {
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

/** Up to GROUP panels of op(a), packed[g, k, i] = x[k, g·ROWS + i], of which `left` columns are there at all. */
function packA(x: usize, stride: i32, count: i32, left: i32, packed: usize): void {
  const step = <usize>stride << 2;
  const row = <usize>ROWS << 2;
  const panelBytes = packedPanel(count);
  if (left >= ROWS * (GROUP - 1) + 4) {
    for (let k = 0; k < count; k++, x += step, packed += row) {
      // Four values are written where a panel may take three: the next row comes over the fourth.
      v128.store(packed, v128.load(x));
      v128.store(packed + panelBytes, v128.load(x + row));
      v128.store(packed + 2 * panelBytes, v128.load(x + 2 * row));
      v128.store(packed + 3 * panelBytes, v128.load(x + 3 * row));
    }
    return;
  }
  const columns = min(left, ROWS * GROUP);
  for (let k = 0; k < count; k++, x += step, packed += row) {
    for (let i = 0; i < columns; i++) {
      store<f32>(packed + <usize>(i / ROWS) * panelBytes + (<usize>(i % ROWS) << 2), load<f32>(x + (<usize>i << 2)));
    }
  }
}

/** The corner of a tile that lies within the output. */
function moveTile(
  tile: usize, from: usize, fromStride: usize, to: usize, stride: usize, height: i32, width: i32,
): void {
  for (let i = 0; i < height; i++, tile += COLUMNS << 2, to += stride) {
    let j: usize = 0;
    for (; j + 16 <= <usize>width << 2; j += 16) {
      const values = v128.load(tile + j);
      v128.store(to + j, from ? f32x4.add(v128.load(from + j), values) : values);
    }
    for (; j < <usize>width << 2; j += 4) {
      const value = load<f32>(tile + j);
      store<f32>(to + j, from ? load<f32>(from + j) + value : value);
    }
    if (from) from += fromStride;
  }
}
