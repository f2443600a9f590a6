// The cosine transforms by one complex transform of the same length (Makhoul, 1980), two real signals a complex one.
// With the samples reordered, V their transform and w = e^(-iπ k/2n): X[k] = Re(w V[k]) and X[n-k] = -Im(w V[k]).
import { madd, nmadd } from '../../../tooling/build/assembly/fma';
import { mulConjRe } from './butterflies/complex';
import { positionIn, positionTable } from './transform';

// @ts-ignore: decorator
@inline
function rotation(plan: usize, k: i32): usize {
  return <usize>load<u32>(plan, 32) + (<usize>k << 3);
}

/** After `forward`: the bins of the reordered signals become DCT-II coefficients, in place, k at `position(k)`. */
export function binsToCosines(plan: usize, work: usize, edge: f32, middle: f32): void {
  const n = load<i32>(plan);
  const table = positionTable(plan);
  const first = work + positionIn(table, 0);
  v128.store(first, f32x4.mul(v128.load(first), f32x4.splat(edge)));
  v128.store(first, f32x4.mul(v128.load(first, 16), f32x4.splat(edge)), 16);
  const half = f32x4.splat(middle * 0.5);
  const minusHalf = f32x4.splat(middle * -0.5);
  for (let k = 1; k << 1 <= n; k++) {
    const p = work + positionIn(table, k);
    const q = work + positionIn(table, n - k);
    const zr = v128.load(p);
    const zi = v128.load(p, 16);
    const yr = v128.load(q);
    const yi = v128.load(q, 16);
    const w = rotation(plan, k);
    const wr = f32x4.mul(v128.load32_splat(w), half);
    const sine = f32x4.mul(v128.load32_splat(w, 4), minusHalf);
    const ar = f32x4.add(zr, yr);
    const ai = f32x4.sub(zi, yi);
    const br = f32x4.add(zi, yi);
    const bi = f32x4.sub(yr, zr);
    // w = wr - i sine, whose sign saves turning that of the imaginary parts
    v128.store(q, nmadd(ai, wr, f32x4.mul(ar, sine)));
    v128.store(q, nmadd(bi, wr, f32x4.mul(br, sine)), 16);
    v128.store(p, mulConjRe(ar, ai, wr, sine));
    v128.store(p, mulConjRe(br, bi, wr, sine), 16);
  }
}

/** Before `inverse`: DCT-II coefficients, k at `position(k)`, become bins: V[k] = conj(w) (X[k] - i X[n-k]). */
export function cosinesToBins(plan: usize, work: usize, edge: f32, middle: f32): void {
  const n = load<i32>(plan);
  const table = positionTable(plan);
  const first = work + positionIn(table, 0);
  v128.store(first, f32x4.mul(v128.load(first), f32x4.splat(edge)));
  v128.store(first, f32x4.mul(v128.load(first, 16), f32x4.splat(edge)), 16);
  const factor = f32x4.splat(middle);
  for (let k = 1; k << 1 <= n; k++) {
    const p = work + positionIn(table, k);
    const q = work + positionIn(table, n - k);
    const ca = v128.load(p);
    const cb = v128.load(p, 16);
    const da = v128.load(q);
    const db = v128.load(q, 16);
    const w = rotation(plan, k);
    const wr = f32x4.mul(v128.load32_splat(w), factor);
    const wi = f32x4.mul(v128.load32_splat(w, 4), factor);
    const ar = nmadd(wi, da, f32x4.mul(wr, ca));
    // The imaginary parts with their signs turned: so they cost no negation.
    const ai = madd(wr, da, f32x4.mul(wi, ca));
    const br = nmadd(wi, db, f32x4.mul(wr, cb));
    const bi = madd(wr, db, f32x4.mul(wi, cb));
    v128.store(q, f32x4.sub(ar, bi));
    v128.store(q, f32x4.add(br, ai), 16);
    v128.store(p, f32x4.add(ar, bi));
    v128.store(p, f32x4.sub(br, ai), 16);
  }
}
