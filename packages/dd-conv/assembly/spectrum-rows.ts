// Spectra of a whole tensor, as rows a bin, channels last: there from rows in time, and back by the adjoint.
// A work buffer holds Z = A + iB, the spectra of two real signals a lane (dft.ts), or two real coefficients (dct.ts).
import { positionIn, positionTable } from '../../fft/assembly/transform';
import { bufferBytes, groupsAt, load, outerOf, panelGroups, restore, save, transform } from './panel';
import { loadLanes, storeLanes } from './rows';

/** Bytes of the work buffers that both directions need. */
export function spectrumScratchBytes(plan: usize, width: i32): f64 {
  return <f64>bufferBytes(plan) * <f64>panelGroups(plan, width, 1);
}

/** x [n, width] to its spectrum [bins, width]: re and im = scale·F(x), or for dct re = the coefficients and im 0 (none). */
export function toSpectrum(
  plan: usize, isDct: bool, n: i32, width: i32, x: usize, re: usize, im: usize, scale: f32, work: usize,
): void {
  const stride = bufferBytes(plan);
  const most = panelGroups(plan, width, 1);
  const lanes = min(8, width);
  const rowBytes = <usize>width << 2;
  const outer = outerOf(plan, n, n, lanes);
  let groups = 0;
  for (let next = 0; next < width; next += groups << 3) {
    const c = width < 8 ? 0 : min(next, width - 8);
    groups = groupsAt(next, width, most);
    const at = <usize>c << 2;
    load(outer, work, stride, groups, isDct, x + at, rowBytes, n, n, lanes, 0);
    for (let g = 0; g < groups; g++) transform(plan, outer, isDct, n, work + stride * <usize>g);
    if (isDct) coefficientsToRows(plan, n, work, stride, groups, re + at, rowBytes, lanes);
    else binsToRows(plan, n, work, stride, groups, re + at, im + at, rowBytes, lanes, scale);
  }
}

/** The adjoint of {@link toSpectrum}: x = scale·Σ over the bins; `re` and `im` are gradients of a spectrum. */
export function fromSpectrum(
  plan: usize, isDct: bool, n: i32, width: i32, re: usize, im: usize, x: usize, scale: f32, work: usize,
): void {
  const stride = bufferBytes(plan);
  const most = panelGroups(plan, width, 1);
  const lanes = min(8, width);
  const rowBytes = <usize>width << 2;
  const outer = outerOf(plan, n, n, lanes);
  let groups = 0;
  for (let next = 0; next < width; next += groups << 3) {
    const c = width < 8 ? 0 : min(next, width - 8);
    groups = groupsAt(next, width, most);
    const at = <usize>c << 2;
    if (isDct) rowsToCoefficients(plan, n, work, stride, groups, re + at, rowBytes, lanes);
    else rowsToBins(plan, n, work, stride, groups, re + at, im + at, rowBytes, lanes);
    for (let g = 0; g < groups; g++) restore(plan, outer, isDct, n, work + stride * <usize>g);
    save(outer, work, stride, groups, isDct, x + at, rowBytes, n, n, lanes, isDct ? 1 : scale, 0, 0, 0);
  }
}

function binsToRows(
  plan: usize, n: i32, work: usize, stride: usize, groups: i32, re: usize, im: usize, rowBytes: usize, lanes: i32,
  scale: f32,
): void {
  const table = positionTable(plan);
  const half = f32x4.splat(0.5 * scale);
  for (let k = 0; k <= n >> 1; k++) {
    let p = work + positionIn(table, k);
    let q = work + positionIn(table, n - k);
    let to: usize = 0;
    for (let g = 0; g < groups; g++) {
      const zr = v128.load(p);
      const zi = v128.load(p, 16);
      const yr = v128.load(q);
      const yi = v128.load(q, 16);
      storeLanes(re + to, f32x4.mul(half, f32x4.add(zr, yr)), lanes);
      storeLanes(re + to + 16, f32x4.mul(half, f32x4.add(zi, yi)), lanes - 4);
      storeLanes(im + to, f32x4.mul(half, f32x4.sub(zi, yi)), lanes);
      storeLanes(im + to + 16, f32x4.mul(half, f32x4.sub(yr, zr)), lanes - 4);
      p += stride;
      q += stride;
      to += 32;
    }
    re += rowBytes;
    im += rowBytes;
  }
}

/** Each bin once: the inverse transform adds it and its mirror image, so all but frequency 0 and n/2 are halved. */
function rowsToBins(
  plan: usize, n: i32, work: usize, stride: usize, groups: i32, re: usize, im: usize, rowBytes: usize, lanes: i32,
): void {
  const table = positionTable(plan);
  const half = f32x4.splat(0.5);
  for (let k = 0; k <= n >> 1; k++) {
    let p = work + positionIn(table, k);
    let q = work + positionIn(table, n - k);
    let from: usize = 0;
    for (let g = 0; g < groups; g++) {
      let ar = loadLanes(re + from, lanes);
      let br = loadLanes(re + from + 16, lanes - 4);
      if (p == q) {
        v128.store(p, ar);
        v128.store(p, br, 16);
      } else {
        ar = f32x4.mul(ar, half);
        br = f32x4.mul(br, half);
        const ai = f32x4.mul(loadLanes(im + from, lanes), half);
        const bi = f32x4.mul(loadLanes(im + from + 16, lanes - 4), half);
        v128.store(p, f32x4.sub(ar, bi));
        v128.store(p, f32x4.add(br, ai), 16);
        v128.store(q, f32x4.add(ar, bi));
        v128.store(q, f32x4.sub(br, ai), 16);
      }
      p += stride;
      q += stride;
      from += 32;
    }
    re += rowBytes;
    im += rowBytes;
  }
}

function coefficientsToRows(
  plan: usize, n: i32, work: usize, stride: usize, groups: i32, rows: usize, rowBytes: usize, lanes: i32,
): void {
  const table = positionTable(plan);
  for (let k = 0; k < n; k++) {
    let p = work + positionIn(table, k);
    let to = rows;
    for (let g = 0; g < groups; g++) {
      storeLanes(to, v128.load(p), lanes);
      storeLanes(to + 16, v128.load(p, 16), lanes - 4);
      p += stride;
      to += 32;
    }
    rows += rowBytes;
  }
}

function rowsToCoefficients(
  plan: usize, n: i32, work: usize, stride: usize, groups: i32, rows: usize, rowBytes: usize, lanes: i32,
): void {
  const table = positionTable(plan);
  for (let k = 0; k < n; k++) {
    let p = work + positionIn(table, k);
    let from = rows;
    for (let g = 0; g < groups; g++) {
      v128.store(p, loadLanes(from, lanes));
      v128.store(p, loadLanes(from + 16, lanes - 4), 16);
      p += stride;
      from += 32;
    }
    rows += rowBytes;
  }
}
