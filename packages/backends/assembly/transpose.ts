// Transposes of 4-byte values by 4 x 4 blocks held in registers.

/** out[o, b, a] = x[o, a, b] for every o: `outer` matrices of rows x columns, one after the other. */
export function transpose(x: usize, out: usize, outer: i32, rows: i32, columns: i32): void {
  const bytes = (<usize>rows * <usize>columns) << 2;
  for (let o = 0; o < outer; o++) {
    transposeOne(x, out, rows, columns);
    x += bytes;
    out += bytes;
  }
}

// Sixteen rows a band: each line of the output is then written whole, while the band's own lines stay in the cache.
const BAND: i32 = 16;

function transposeOne(x: usize, out: usize, rows: i32, columns: i32): void {
  const inStride = <usize>columns << 2;
  const outStride = <usize>rows << 2;
  const fullColumns = columns & ~3;
  for (let band = 0; band < rows; band += BAND) {
    const end = min(band + BAND, rows);
    const fullEnd = band + ((end - band) & ~3);
    for (let c = 0; c < fullColumns; c += 4) {
      for (let r = band; r < fullEnd; r += 4) {
        const from = x + <usize>r * inStride + (<usize>c << 2);
        const to = out + <usize>c * outStride + (<usize>r << 2);
        transposeBlock(from, inStride, to, outStride);
      }
    }
    edge(x, out, band, end, fullColumns, columns, inStride, outStride);
    edge(x, out, fullEnd, end, 0, fullColumns, inStride, outStride);
  }
}

/** to[j, i] = from[i, j] for 4 x 4 values; the strides are bytes from row to row. */
// @ts-ignore: decorator
@inline
export function transposeBlock(from: usize, inStride: usize, to: usize, outStride: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + inStride);
  const r2 = v128.load(from + 2 * inStride);
  const r3 = v128.load(from + 3 * inStride);
  const a = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
  const b = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const c = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
  const d = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(a, b, 0, 2));
  v128.store(to + outStride, v128.shuffle<i64>(a, b, 1, 3));
  v128.store(to + 2 * outStride, v128.shuffle<i64>(c, d, 0, 2));
  v128.store(to + 3 * outStride, v128.shuffle<i64>(c, d, 1, 3));
}

function edge(
  x: usize, out: usize, rowStart: i32, rowEnd: i32, columnStart: i32, columnEnd: i32, inStride: usize, outStride: usize,
): void {
  for (let c = columnStart; c < columnEnd; c++) {
    for (let r = rowStart; r < rowEnd; r++) {
      store<u32>(out + <usize>c * outStride + (<usize>r << 2), load<u32>(x + <usize>r * inStride + (<usize>c << 2)));
    }
  }
}
