// The grouped convolution where it is used most: three taps, one input a group, one or two outputs (`isDoubled`). All taps
// at once, so that a row is written once instead of three times, and sums over rows stay in registers.
// Weights are packed [tap, output] (grouped-conv1d.ts); outputs are a multiple of four.

import { madd } from '../../../tooling/build/assembly/fma';

/** Rows swept down column by column: few enough that they stay in the first-level cache. */
const SWEEP: i32 = 16;

/** Four outputs' inputs. */
// @ts-ignore: decorator
@inline
function inputsAt(row: usize, at: usize, isDoubled: bool): v128 {
  if (!isDoubled) return v128.load(row + at);
  const pair = v128.load64_zero(row + (at >> 1));
  return v128.shuffle<i32>(pair, pair, 0, 0, 1, 1);
}

// @ts-ignore: decorator
@inline
function addInputs(row: usize, at: usize, v: v128, isDoubled: bool): void {
  if (!isDoubled) {
    v128.store(row + at, f32x4.add(v128.load(row + at), v));
    return;
  }
  const to = row + (at >> 1);
  v128.store64_lane(to, f32x4.add(v128.load64_zero(to), pairSums(v)), 0);
}

// @ts-ignore: decorator
@inline
function pairSums(v: v128): v128 {
  return f32x4.add(v128.shuffle<i32>(v, v, 0, 2, 0, 2), v128.shuffle<i32>(v, v, 1, 3, 1, 3));
}

export function groupedConv3(
  x: usize, packed: usize, bias: usize, y: usize, rows: usize, batch: i32, length: i32, inputs: i32, outputs: i32,
  isDoubled: bool,
): void {
  if (isDoubled) convolve(x, packed, bias, y, rows, batch, length, inputs, outputs, true);
  else convolve(x, packed, bias, y, rows, batch, length, inputs, outputs, false);
}

// @ts-ignore: decorator
@inline
function convolve(
  x: usize, packed: usize, bias: usize, y: usize, rows: usize, batch: i32, length: i32, inputs: i32, outputs: i32,
  isDoubled: bool,
): void {
  const inBytes = <usize>inputs << 2;
  const outBytes = <usize>outputs << 2;
  const packed1 = packed + outBytes;
  const packed2 = packed1 + outBytes;
  const zero = f32x4.splat(0);
  for (let b = 0; b < batch; b++) {
    for (let l = 0; l < length; l++) {
      const table = rows + (<usize>l << 2);
      const r0 = load<i32>(table);
      const r1 = load<i32>(table, 4);
      const r2 = load<i32>(table, 8);
      const x0 = x + <usize>r0 * inBytes;
      const x1 = x + <usize>r1 * inBytes;
      const x2 = x + <usize>r2 * inBytes;
      if (r0 >= 0 && r1 >= 0 && r2 >= 0) {
        for (let at: usize = 0; at < outBytes; at += 16) {
          let sum = bias ? v128.load(bias + at) : zero;
          sum = madd(v128.load(packed + at), inputsAt(x0, at, isDoubled), sum);
          sum = madd(v128.load(packed1 + at), inputsAt(x1, at, isDoubled), sum);
          sum = madd(v128.load(packed2 + at), inputsAt(x2, at, isDoubled), sum);
          v128.store(y + at, sum);
        }
      } else {
        for (let at: usize = 0; at < outBytes; at += 16) {
          let sum = bias ? v128.load(bias + at) : zero;
          if (r0 >= 0) sum = madd(v128.load(packed + at), inputsAt(x0, at, isDoubled), sum);
          if (r1 >= 0) sum = madd(v128.load(packed1 + at), inputsAt(x1, at, isDoubled), sum);
          if (r2 >= 0) sum = madd(v128.load(packed2 + at), inputsAt(x2, at, isDoubled), sum);
          v128.store(y + at, sum);
        }
      }
      y += outBytes;
    }
    x += <usize>length * inBytes;
  }
}

/**
 * dx (cleared), dw [tap, output] and dbias (both zero before) for sequences of three rows or more. Rows within the sequence
 * are swept; the one or two positions beyond its ends are left to {@link beyond}.
 */
export function groupedConv3Grad(
  x: usize, packed: usize, dy: usize, dx: usize, dw: usize, dbias: usize, rows: usize,
  batch: i32, length: i32, inputs: i32, outputs: i32, isDoubled: bool,
): void {
  // Position p of the padded sequence is row p - before; 2 is always within.
  const before = 2 - load<i32>(rows, 8);
  const inBytes = <usize>inputs << 2;
  const outBytes = <usize>outputs << 2;
  for (let b = 0; b < batch; b++) {
    for (let start = 0; start < length; start += SWEEP) {
      const end = min(start + SWEEP, length);
      if (isDoubled) sweep(x, packed, dy, dx, dw, dbias, start, end, before, length, inBytes, outBytes, true);
      else sweep(x, packed, dy, dx, dw, dbias, start, end, before, length, inBytes, outBytes, false);
    }
    for (let position = 0; position < length + 2; position++) {
      if (position == before) position += length;
      const source = position < length + 2 ? load<i32>(rows + (<usize>position << 2)) : -1;
      if (source < 0) continue;
      const offset = <usize>source * inBytes;
      beyond(x + offset, packed, dy, dx + offset, dw, position, length, outBytes, isDoubled);
    }
    x += <usize>length * inBytes;
    dx += <usize>length * inBytes;
    dy += <usize>length * outBytes;
  }
}

/** The row `r` of a sequence at `base`, or zeros where there is none. */
// @ts-ignore: decorator
@inline
function inputsOrZero(base: usize, r: i32, length: i32, inBytes: usize, at: usize, isDoubled: bool): v128 {
  return r >= 0 && r < length ? inputsAt(base + <usize>r * inBytes, at, isDoubled) : f32x4.splat(0);
}

// @ts-ignore: decorator
@inline
function sweep(
  x: usize, packed: usize, dy: usize, dx: usize, dw: usize, dbias: usize, start: i32, end: i32, before: i32, length: i32,
  inBytes: usize, outBytes: usize, isDoubled: bool,
): void {
  for (let at: usize = 0; at < outBytes; at += 16) {
    const w0 = v128.load(packed + at);
    const w1 = v128.load(packed + outBytes + at);
    const w2 = v128.load(packed + 2 * outBytes + at);
    let dw0 = f32x4.splat(0);
    let dw1 = f32x4.splat(0);
    let dw2 = f32x4.splat(0);
    let db = f32x4.splat(0);
    // Row l met x at l - before and the two after it; x at l met dy at l + before and the two before it.
    let xb = inputsOrZero(x, start - before, length, inBytes, at, isDoubled);
    let xc = inputsOrZero(x, start - before + 1, length, inBytes, at, isDoubled);
    let gb = inputsOrZero(dy, start + before - 2, length, outBytes, at, false);
    let gc = inputsOrZero(dy, start + before - 1, length, outBytes, at, false);
    for (let l = start; l < end; l++) {
      const xa = xb;
      xb = xc;
      xc = inputsOrZero(x, l - before + 2, length, inBytes, at, isDoubled);
      const d = v128.load(dy + <usize>l * outBytes + at);
      dw0 = madd(d, xa, dw0);
      dw1 = madd(d, xb, dw1);
      dw2 = madd(d, xc, dw2);
      db = f32x4.add(db, d);
      const ga = gb;
      gb = gc;
      gc = inputsOrZero(dy, l + before, length, outBytes, at, false);
      const v = madd(w0, gc, madd(w1, gb, f32x4.mul(w2, ga)));
      const row = dx + <usize>l * inBytes;
      if (isDoubled) v128.store64_lane(row + (at >> 1), pairSums(v), 0);
      else v128.store(row + at, v);
    }
    v128.store(dw + at, f32x4.add(v128.load(dw + at), dw0));
    v128.store(dw + outBytes + at, f32x4.add(v128.load(dw + outBytes + at), dw1));
    v128.store(dw + 2 * outBytes + at, f32x4.add(v128.load(dw + 2 * outBytes + at), dw2));
    v128.store(dbias + at, f32x4.add(v128.load(dbias + at), db));
  }
}

/** What a padded position, which a mode other than zeros takes from row x, adds to that row's gradient and the weights'. */
function beyond(
  x: usize, packed: usize, dy: usize, dx: usize, dw: usize, position: i32, length: i32, outBytes: usize, isDoubled: bool,
): void {
  for (let t = 0; t < 3; t++) {
    const l = position - t;
    if (l < 0 || l >= length) continue;
    const d = dy + <usize>l * outBytes;
    const offset = <usize>t * outBytes;
    for (let at: usize = 0; at < outBytes; at += 16) {
      const g = v128.load(d + at);
      const to = dw + offset + at;
      v128.store(to, madd(g, inputsAt(x, at, isDoubled), v128.load(to)));
      addInputs(dx, at, f32x4.mul(v128.load(packed + offset + at), g), isDoubled);
    }
  }
}
