// Products of cosine spectra in place in the work buffers: orthonormal coefficients, all real, so that nothing is paired.
// Between `binsToCoefficients` and `coefficientsToBins`, coefficient k of signals A is the real vector at `position(k)`, of B the other one.
import { binsToCosines, cosinesToBins } from '../../fft/assembly/cosine';
import { positionIn, positionTable } from '../../fft/assembly/transform';
import { loadLanes, storeLanes } from './rows';

/** The folded rows' bins to orthonormal coefficients. */
export function binsToCoefficients(plan: usize, n: i32, work: usize): void {
  binsToCosines(plan, work, <f32>Math.sqrt(1.0 / <f64>n), <f32>Math.sqrt(2.0 / <f64>n));
}

/** Orthonormal coefficients to the bins of folded rows, scaled for the unscaled inverse. */
export function coefficientsToBins(plan: usize, n: i32, work: usize): void {
  cosinesToBins(plan, work, <f32>Math.sqrt(1.0 / <f64>n), <f32>Math.sqrt(0.5 / <f64>n));
}

/** z := z ⊙ (kernel + H + d); parameters as in dft.ts. */
export function dctProduct(
  plan: usize, n: i32, z: usize, kernel: usize, h: usize, rowBytes: usize, lanes: i32, dA: v128, dB: v128,
): void {
  const positions = positionTable(plan);
  for (let k = 0; k < n; k++) {
    const p = positionIn(positions, k);
    let a = dA;
    let b = dB;
    if (kernel != 0) {
      a = f32x4.add(a, v128.load(kernel + p));
      b = f32x4.add(b, v128.load(kernel + p, 16));
    }
    if (h != 0) {
      a = f32x4.add(a, loadLanes(h, lanes));
      b = f32x4.add(b, loadLanes(h + 16, lanes - 4));
      h += rowBytes;
    }
    v128.store(z + p, f32x4.mul(a, v128.load(z + p)));
    v128.store(z + p, f32x4.mul(b, v128.load(z + p, 16)), 16);
  }
}

/**
 * The gradients. With K = kernel + H + d and G the cotangent's coefficients:
 * g := K ⊙ G; cross (unless 0) := or += Z ⊙ G; filtered (unless 0) := K ⊙ Z; dH rows := Z ⊙ G; dd += Σ Z ⊙ G; parameters as in dft.ts.
 */
export function dctGradient(
  plan: usize, n: i32, z: usize, g: usize, kernel: usize, h: usize, rowBytes: usize, lanes: i32, dA: v128, dB: v128,
  cross: usize, isAdded: bool, filtered: usize, dH: usize, dSkip: usize,
): void {
  let sumA = f32x4.splat(0);
  let sumB = f32x4.splat(0);
  const positions = positionTable(plan);
  for (let k = 0; k < n; k++) {
    const p = positionIn(positions, k);
    let a = dA;
    let b = dB;
    if (kernel != 0) {
      a = f32x4.add(a, v128.load(kernel + p));
      b = f32x4.add(b, v128.load(kernel + p, 16));
    }
    if (h != 0) {
      a = f32x4.add(a, loadLanes(h, lanes));
      b = f32x4.add(b, loadLanes(h + 16, lanes - 4));
      h += rowBytes;
    }
    const ga = v128.load(g + p);
    const gb = v128.load(g + p, 16);
    v128.store(g + p, f32x4.mul(a, ga));
    v128.store(g + p, f32x4.mul(b, gb), 16);
    const za = v128.load(z + p);
    const zb = v128.load(z + p, 16);
    if (filtered != 0) {
      v128.store(filtered + p, f32x4.mul(a, za));
      v128.store(filtered + p, f32x4.mul(b, zb), 16);
    }
    let xa = f32x4.mul(ga, za);
    let xb = f32x4.mul(gb, zb);
    if (dH != 0) {
      storeLanes(dH, xa, lanes);
      storeLanes(dH + 16, xb, lanes - 4);
      dH += rowBytes;
    }
    sumA = f32x4.add(sumA, xa);
    sumB = f32x4.add(sumB, xb);
    if (dSkip != 0 && ((k & 255) == 255 || k == n - 1)) {
      // In parts, so that the sum of a long sequence stays exact.
      v128.store(dSkip, f32x4.add(v128.load(dSkip), sumA));
      v128.store(dSkip, f32x4.add(v128.load(dSkip, 16), sumB), 16);
      sumA = f32x4.splat(0);
      sumB = f32x4.splat(0);
    }
    if (cross == 0) continue;
    if (isAdded) {
      xa = f32x4.add(xa, v128.load(cross + p));
      xb = f32x4.add(xb, v128.load(cross + p, 16));
    }
    v128.store(cross + p, xa);
    v128.store(cross + p, xb, 16);
  }
}
