// The short convolution over a sequence, channels last, vectorised over output channels. Three shapes of group are fast:
// one channel in and one out (depthwise), one in and two out, two in and two out; any other goes one value at a time.
// Which row feeds a tap comes from a table (-1: a zero), so all paddings are one. Three taps of one input each, the usual
// filter, go all at once (three-taps.ts).
import { groupedConv3, groupedConv3Grad } from './three-taps';
import { addInto, flush } from './vector';

const DEPTHWISE: i32 = 0;
const DOUBLED: i32 = 1;
const PAIRS: i32 = 2;
const GENERAL: i32 = 3;

/** Rows summed into a partial sum before it joins the total: keeps float32 sums over many rows accurate. */
const BLOCK: i32 = 64;

function kindOf(inGroup: i32, outGroup: i32): i32 {
  if (inGroup == 1 && outGroup == 1) return DEPTHWISE;
  if (inGroup == 1 && outGroup == 2) return DOUBLED;
  if (inGroup == 2 && outGroup == 2) return PAIRS;
  return GENERAL;
}

/** packed[tap, i, o] = weight[o, i, tap]: neighbours in o, as the channels are. */
function pack(weight: usize, packed: usize, outputs: i32, inGroup: i32, taps: i32): void {
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inGroup; i++) {
      for (let t = 0; t < taps; t++) {
        store<f32>(packed + (<usize>((t * inGroup + i) * outputs + o) << 2), load<f32>(weight));
        weight += 4;
      }
    }
  }
}

function unpack(packed: usize, weight: usize, outputs: i32, inGroup: i32, taps: i32): void {
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inGroup; i++) {
      for (let t = 0; t < taps; t++) {
        store<f32>(weight, load<f32>(packed + (<usize>((t * inGroup + i) * outputs + o) << 2)));
        weight += 4;
      }
    }
  }
}

/** The input channels that output channels o..o+3 meet at their i-th input. */
// @ts-ignore: decorator
@inline
function inputsOf(kind: i32, row: usize, o: usize, i: i32): v128 {
  if (kind == DOUBLED) {
    const pair = v128.load64_zero(row + (o >> 1));
    return v128.shuffle<i32>(pair, pair, 0, 0, 1, 1);
  }
  const x = v128.load(row + o);
  if (kind == DEPTHWISE) return x;
  return i == 0 ? v128.shuffle<i32>(x, x, 0, 0, 2, 2) : v128.shuffle<i32>(x, x, 1, 1, 3, 3);
}

/** `packed` is scratch for weight's size; `rows` the table of length + taps - 1 rows; bias may be 0. */
export function groupedConv1d(
  x: usize, weight: usize, bias: usize, y: usize, packed: usize, rows: usize,
  batch: i32, length: i32, inputs: i32, outputs: i32, groups: i32, taps: i32,
): void {
  const inGroup = inputs / groups;
  const outGroup = outputs / groups;
  const kind = kindOf(inGroup, outGroup);
  const inBytes = <usize>inputs << 2;
  const outBytes = <usize>outputs << 2;
  pack(weight, packed, outputs, inGroup, taps);
  if (taps == 3 && inGroup == 1 && kind != GENERAL && (outputs & 3) == 0) {
    groupedConv3(x, packed, bias, y, rows, batch, length, inputs, outputs, kind == DOUBLED);
    return;
  }
  for (let b = 0; b < batch; b++) {
    for (let l = 0; l < length; l++) {
      if (bias) memory.copy(y, bias, outBytes);
      else memory.fill(y, 0, outBytes);
      for (let t = 0; t < taps; t++) {
        const source = load<i32>(rows + (<usize>(l + t) << 2));
        if (source < 0) continue;
        const row = x + <usize>source * inBytes;
        const w = packed + <usize>(t * inGroup) * outBytes;
        if (kind == DEPTHWISE) addTap(DEPTHWISE, row, w, y, outputs, 1, 1);
        else if (kind == DOUBLED) addTap(DOUBLED, row, w, y, outputs, 1, 2);
        else if (kind == PAIRS) addTap(PAIRS, row, w, y, outputs, 2, 2);
        else addTapScalar(row, w, y, 0, outputs, outputs, inGroup, outGroup);
      }
      y += outBytes;
    }
    x += <usize>length * inBytes;
  }
}

// @ts-ignore: decorator
@inline
function addTap(kind: i32, row: usize, w: usize, y: usize, outputs: i32, inGroup: i32, outGroup: i32): void {
  const outBytes = <usize>outputs << 2;
  const full = <usize>(outputs & ~3) << 2;
  for (let at: usize = 0; at < full; at += 16) {
    let sum = f32x4.add(v128.load(y + at), f32x4.mul(v128.load(w + at), inputsOf(kind, row, at, 0)));
    if (kind == PAIRS) sum = f32x4.add(sum, f32x4.mul(v128.load(w + outBytes + at), inputsOf(kind, row, at, 1)));
    v128.store(y + at, sum);
  }
  if (outputs & 3) addTapScalar(row, w, y, outputs & ~3, outputs, outputs, inGroup, outGroup);
}

function addTapScalar(
  row: usize, w: usize, y: usize, start: i32, end: i32, outputs: i32, inGroup: i32, outGroup: i32,
): void {
  for (let o = start; o < end; o++) {
    const first = row + (<usize>((o / outGroup) * inGroup) << 2);
    const to = y + (<usize>o << 2);
    let sum = load<f32>(to);
    for (let i = 0; i < inGroup; i++) {
      sum += load<f32>(w + (<usize>(i * outputs + o) << 2)) * load<f32>(first + (<usize>i << 2));
    }
    store<f32>(to, sum);
  }
}

/** dx, dweight and dbias; `scratch` has room for 3 x weight's size and outputs floats more. */
export function groupedConv1dGrad(
  x: usize, weight: usize, dy: usize, dx: usize, dweight: usize, dbias: usize, scratch: usize, rows: usize,
  batch: i32, length: i32, inputs: i32, outputs: i32, groups: i32, taps: i32,
): void {
  const inGroup = inputs / groups;
  const outGroup = outputs / groups;
  const kind = kindOf(inGroup, outGroup);
  const inBytes = <usize>inputs << 2;
  const outBytes = <usize>outputs << 2;
  const weights = outputs * inGroup * taps;
  const packed = scratch;
  const partial = packed + (<usize>weights << 2);
  const total = partial + (<usize>weights << 2);
  const partialBias = total + (<usize>weights << 2);
  pack(weight, packed, outputs, inGroup, taps);
  memory.fill(partial, 0, (<usize>weights << 3) + outBytes);
  memory.fill(dbias, 0, outBytes);
  if (taps == 3 && inGroup == 1 && kind != GENERAL && (outputs & 3) == 0 && length > 2) {
    groupedConv3Grad(x, packed, dy, dx, total, dbias, rows, batch, length, inputs, outputs, kind == DOUBLED);
    unpack(total, dweight, outputs, inGroup, taps);
    return;
  }
  memory.fill(dx, 0, <usize>(batch * length) * inBytes);
  for (let b = 0; b < batch; b++) {
    for (let l = 0; l < length; l++) {
      addInto(dy, partialBias, outputs);
      for (let t = 0; t < taps; t++) {
        const source = load<i32>(rows + (<usize>(l + t) << 2));
        if (source < 0) continue;
        const offset = <usize>source * inBytes;
        const at = <usize>(t * inGroup) * outBytes;
        const w = packed + at;
        const dw = partial + at;
        if (kind == DEPTHWISE) backTap(DEPTHWISE, x + offset, w, dy, dx + offset, dw, outputs, 1, 1);
        else if (kind == DOUBLED) backTap(DOUBLED, x + offset, w, dy, dx + offset, dw, outputs, 1, 2);
        else if (kind == PAIRS) backTap(PAIRS, x + offset, w, dy, dx + offset, dw, outputs, 2, 2);
        else backTapScalar(x + offset, w, dy, dx + offset, dw, 0, outputs, outputs, inGroup, outGroup);
      }
      dy += outBytes;
      if ((l & (BLOCK - 1)) == BLOCK - 1 || l == length - 1) {
        flush(partial, total, weights);
        flush(partialBias, dbias, outputs);
      }
    }
    x += <usize>length * inBytes;
    dx += <usize>length * inBytes;
  }
  unpack(total, dweight, outputs, inGroup, taps);
}

// @ts-ignore: decorator
@inline
function backTap(
  kind: i32, row: usize, w: usize, dy: usize, drow: usize, dw: usize, outputs: i32, inGroup: i32, outGroup: i32,
): void {
  const outBytes = <usize>outputs << 2;
  const full = <usize>(outputs & ~3) << 2;
  for (let at: usize = 0; at < full; at += 16) {
    const d = v128.load(dy + at);
    const v0 = f32x4.mul(v128.load(w + at), d);
    v128.store(dw + at, f32x4.add(v128.load(dw + at), f32x4.mul(d, inputsOf(kind, row, at, 0))));
    if (kind == DEPTHWISE) {
      v128.store(drow + at, f32x4.add(v128.load(drow + at), v0));
    } else if (kind == DOUBLED) {
      const sums = f32x4.add(v128.shuffle<i32>(v0, v0, 0, 2, 0, 2), v128.shuffle<i32>(v0, v0, 1, 3, 1, 3));
      const to = drow + (at >> 1);
      v128.store64_lane(to, f32x4.add(v128.load64_zero(to), sums), 0);
    } else {
      const at1 = outBytes + at;
      const v1 = f32x4.mul(v128.load(w + at1), d);
      v128.store(dw + at1, f32x4.add(v128.load(dw + at1), f32x4.mul(d, inputsOf(kind, row, at, 1))));
      const sums = f32x4.add(v128.shuffle<i32>(v0, v1, 0, 4, 2, 6), v128.shuffle<i32>(v0, v1, 1, 5, 3, 7));
      v128.store(drow + at, f32x4.add(v128.load(drow + at), sums));
    }
  }
  if (outputs & 3) backTapScalar(row, w, dy, drow, dw, outputs & ~3, outputs, outputs, inGroup, outGroup);
}

function backTapScalar(
  row: usize, w: usize, dy: usize, drow: usize, dw: usize, start: i32, end: i32, outputs: i32, inGroup: i32,
  outGroup: i32,
): void {
  for (let o = start; o < end; o++) {
    const first = <usize>((o / outGroup) * inGroup) << 2;
    const d = load<f32>(dy + (<usize>o << 2));
    for (let i = 0; i < inGroup; i++) {
      const at = <usize>(i * outputs + o) << 2;
      const input = first + (<usize>i << 2);
      store<f32>(drow + input, load<f32>(drow + input) + d * load<f32>(w + at));
      store<f32>(dw + at, load<f32>(dw + at) + d * load<f32>(row + input));
    }
  }
}
