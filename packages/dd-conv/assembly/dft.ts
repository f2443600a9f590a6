// Products of spectra for the Fourier transform, pair by pair, in place in the work buffers.
//
// A buffer holds Z = A + iB, the spectra of two real signals a lane: 2A = Z[k] + conj Z[n-k] and 2B = (Z[k] - conj Z[n-k])/i.
// Products are formed on A and B apart and packed again; the factors 2 are left to whoever stores the rows.
import { madd } from '../../../tooling/build/assembly/fma';
import { mulConjIm, mulConjRe, mulIm, mulRe } from '../../fft/assembly/butterflies/complex';
import { loadLanes, storeLanes } from './rows';

// @ts-ignore: decorator
@inline
function pack(p: usize, q: usize, ar: v128, ai: v128, br: v128, bi: v128): void {
  v128.store(p, f32x4.sub(ar, bi));
  v128.store(p, f32x4.add(ai, br), 16);
  v128.store(q, f32x4.add(ar, bi));
  v128.store(q, f32x4.sub(br, ai), 16);
}

/**
 * z := 2·(z ⊙ (scale·kernel + H + d)).
 *
 * @param table what `pairOrder` wrote
 * @param kernel transformed static kernel, or 0
 * @param hRe,hIm this example's and lane group's first row of H, or 0
 * @param rowBytes from one bin's row of H to the next
 */
// @ts-ignore: decorator
@inline
function product(
  n: i32, table: usize, z: usize, hasKernel: bool, kernel: usize, scale: f32,
  hasSpectrum: bool, hRe: usize, hIm: usize, rowBytes: usize, lanes: i32, dA: v128, dB: v128,
): void {
  const half = f32x4.splat(0.5 * scale);
  const zero = f32x4.splat(0);
  const pairs = (n >> 1) + 1;
  for (let i = 0; i < pairs; i++) {
    const p = <usize>load<u32>(table);
    const q = <usize>load<u32>(table, 4);
    const k = load<i32>(table, 8);
    table += 12;
    let kar = dA;
    let kai = zero;
    let kbr = dB;
    let kbi = zero;
    if (hasKernel) {
      const r1 = v128.load(kernel + p);
      const i1 = v128.load(kernel + p, 16);
      const r2 = v128.load(kernel + q);
      const i2 = v128.load(kernel + q, 16);
      kar = madd(half, f32x4.add(r1, r2), kar);
      kai = f32x4.mul(half, f32x4.sub(i1, i2));
      kbr = madd(half, f32x4.add(i1, i2), kbr);
      kbi = f32x4.mul(half, f32x4.sub(r2, r1));
    }
    if (hasSpectrum) {
      const row = <usize>k * rowBytes;
      kar = f32x4.add(kar, loadLanes(hRe + row, lanes));
      kbr = f32x4.add(kbr, loadLanes(hRe + row + 16, lanes - 4));
      // Frequencies 0 and n/2 of a real signal are real.
      if (p != q) {
        kai = f32x4.add(kai, loadLanes(hIm + row, lanes));
        kbi = f32x4.add(kbi, loadLanes(hIm + row + 16, lanes - 4));
      }
    }
    const r1 = v128.load(z + p);
    const i1 = v128.load(z + p, 16);
    const r2 = v128.load(z + q);
    const i2 = v128.load(z + q, 16);
    const ar = f32x4.add(r1, r2);
    const ai = f32x4.sub(i1, i2);
    const br = f32x4.add(i1, i2);
    const bi = f32x4.sub(r2, r1);
    pack(z + p, z + q, mulRe(ar, ai, kar, kai), mulIm(ar, ai, kar, kai), mulRe(br, bi, kbr, kbi), mulIm(br, bi, kbr, kbi));
  }
}

export function dftProduct(
  n: i32, table: usize, z: usize, kernel: usize, scale: f32,
  hRe: usize, hIm: usize, rowBytes: usize, lanes: i32, dA: v128, dB: v128,
): void {
  if (kernel != 0) {
    if (hRe != 0) product(n, table, z, true, kernel, scale, true, hRe, hIm, rowBytes, lanes, dA, dB);
    else product(n, table, z, true, kernel, scale, false, 0, 0, 0, lanes, dA, dB);
  } else product(n, table, z, false, 0, scale, true, hRe, hIm, rowBytes, lanes, dA, dB);
}

/**
 * The gradients. With K = scale·kernel + H + d and G the cotangent's spectrum:
 * g := 2·conj(K)·G; cross (unless 0) := or += 4·conj(Z)·G; dH rows := (w/n)·conj(Z)·G; dd += Σ of their real parts.
 *
 * @param cross where the kernel's gradient goes: z itself, or a buffer that is added to
 * @param filtered where 2·(Z ⊙ K) goes: z itself if that is not cross, or a buffer; or 0
 * @param dRe,dIm this example's and lane group's first row of dH, or 0
 * @param dSkip 32 bytes that dd is added to, or 0
 */
export function dftGradient(
  n: i32, table: usize, z: usize, g: usize, kernel: usize, scale: f32,
  hRe: usize, hIm: usize, rowBytes: usize, lanes: i32, dA: v128, dB: v128,
  cross: usize, isAdded: bool, filtered: usize, dRe: usize, dIm: usize, dSkip: usize,
): void {
  const half = f32x4.splat(0.5 * scale);
  const zero = f32x4.splat(0);
  const pairs = (n >> 1) + 1;
  let sumA = zero;
  let sumB = zero;
  for (let i = 0; i < pairs; i++) {
    const p = <usize>load<u32>(table);
    const q = <usize>load<u32>(table, 4);
    const k = load<i32>(table, 8);
    table += 12;
    const row = <usize>k * rowBytes;
    let kar = dA;
    let kai = zero;
    let kbr = dB;
    let kbi = zero;
    if (kernel != 0) {
      const r1 = v128.load(kernel + p);
      const i1 = v128.load(kernel + p, 16);
      const r2 = v128.load(kernel + q);
      const i2 = v128.load(kernel + q, 16);
      kar = madd(half, f32x4.add(r1, r2), kar);
      kai = f32x4.mul(half, f32x4.sub(i1, i2));
      kbr = madd(half, f32x4.add(i1, i2), kbr);
      kbi = f32x4.mul(half, f32x4.sub(r2, r1));
    }
    if (hRe != 0) {
      kar = f32x4.add(kar, loadLanes(hRe + row, lanes));
      kbr = f32x4.add(kbr, loadLanes(hRe + row + 16, lanes - 4));
      if (p != q) {
        kai = f32x4.add(kai, loadLanes(hIm + row, lanes));
        kbi = f32x4.add(kbi, loadLanes(hIm + row + 16, lanes - 4));
      }
    }
    let r1 = v128.load(g + p);
    let i1 = v128.load(g + p, 16);
    let r2 = v128.load(g + q);
    let i2 = v128.load(g + q, 16);
    const gar = f32x4.add(r1, r2);
    const gai = f32x4.sub(i1, i2);
    const gbr = f32x4.add(i1, i2);
    const gbi = f32x4.sub(r2, r1);
    pack(
      g + p, g + q,
      mulConjRe(gar, gai, kar, kai), mulConjIm(gar, gai, kar, kai),
      mulConjRe(gbr, gbi, kbr, kbi), mulConjIm(gbr, gbi, kbr, kbi),
    );

    r1 = v128.load(z + p);
    i1 = v128.load(z + p, 16);
    r2 = v128.load(z + q);
    i2 = v128.load(z + q, 16);
    const ar = f32x4.add(r1, r2);
    const ai = f32x4.sub(i1, i2);
    const br = f32x4.add(i1, i2);
    const bi = f32x4.sub(r2, r1);
    if (filtered != 0) {
      pack(
        filtered + p, filtered + q,
        mulRe(ar, ai, kar, kai), mulIm(ar, ai, kar, kai), mulRe(br, bi, kbr, kbi), mulIm(br, bi, kbr, kbi),
      );
    }
    const xar = mulConjRe(gar, gai, ar, ai);
    const xai = mulConjIm(gar, gai, ar, ai);
    const xbr = mulConjRe(gbr, gbi, br, bi);
    const xbi = mulConjIm(gbr, gbi, br, bi);
    if (dRe != 0 || dSkip != 0) {
      // Every bin but 0 and n/2 also stands for its mirror image; a quarter undoes the two factors 2.
      const weight = f32x4.splat((p == q ? <f32>0.25 : <f32>0.5) / <f32>n);
      const wa = f32x4.mul(weight, xar);
      const wb = f32x4.mul(weight, xbr);
      sumA = f32x4.add(sumA, wa);
      sumB = f32x4.add(sumB, wb);
      if ((i & 255) == 255 && dSkip != 0) {
        // In parts, so that the sum of a long sequence stays exact.
        v128.store(dSkip, f32x4.add(v128.load(dSkip), sumA));
        v128.store(dSkip, f32x4.add(v128.load(dSkip, 16), sumB), 16);
        sumA = zero;
        sumB = zero;
      }
      if (dRe != 0) {
        storeLanes(dRe + row, wa, lanes);
        storeLanes(dRe + row + 16, wb, lanes - 4);
        storeLanes(dIm + row, f32x4.mul(weight, xai), lanes);
        storeLanes(dIm + row + 16, f32x4.mul(weight, xbi), lanes - 4);
      }
    }
    if (cross == 0) continue;
    if (isAdded) {
      const add1r = v128.load(cross + p);
      const add1i = v128.load(cross + p, 16);
      const add2r = v128.load(cross + q);
      const add2i = v128.load(cross + q, 16);
      v128.store(cross + p, f32x4.add(add1r, f32x4.sub(xar, xbi)));
      v128.store(cross + p, f32x4.add(add1i, f32x4.add(xai, xbr)), 16);
      v128.store(cross + q, f32x4.add(add2r, f32x4.add(xar, xbi)));
      v128.store(cross + q, f32x4.add(add2i, f32x4.sub(xbr, xai)), 16);
    } else pack(cross + p, cross + q, xar, xai, xbr, xbi);
  }
  if (dSkip != 0) {
    v128.store(dSkip, f32x4.add(v128.load(dSkip), sumA));
    v128.store(dSkip, f32x4.add(v128.load(dSkip, 16), sumB), 16);
  }
}
