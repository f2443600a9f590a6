// dct and idct of plain arrays in float64, by one complex transform of the same length (Makhoul, 1980).
import { type RealArray, resized } from './arrays.ts';
import { transformInPlace } from './transform.ts';

/** Options of the plain cosine transforms. */
export interface PlainDctOptions {
  /** length of the transform: the input is cut or padded with zeros; default its own length */
  n?: number;
}

/**
 * The orthonormal DCT-II: y[k] = f[k] Σ x[t] cos(π k (2t+1) / 2n), f[0] = √(1/n), else √(2/n).
 *
 * @throws Error when n is not a positive integer
 */
export function dct(x: RealArray, options: PlainDctOptions = {}): Float64Array {
  const n = options.n ?? x.length;
  return scaledDct(resized('dct', x, n), Math.sqrt(1 / n), Math.sqrt(2 / n));
}

/** The orthonormal DCT-III, the inverse of {@link dct}. */
export function idct(x: RealArray, options: PlainDctOptions = {}): Float64Array {
  const n = options.n ?? x.length;
  return scaledIdct(resized('idct', x, n), Math.sqrt(1 / n), Math.sqrt(0.5 / n));
}

/** y[k] = f[k] Σ x[t] cos(π k (2t+1) / 2n), f[0] = edge, else middle. */
export function scaledDct(x: Float64Array, edge: number, middle: number): Float64Array {
  const n = x.length;
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  for (let t = 0; t < n; t++) re[reordered(t, n)] = x[t]!;
  transformInPlace(re, im, false);
  const y = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const angle = (Math.PI * k) / (2 * n);
    y[k] = (re[k]! * Math.cos(angle) + im[k]! * Math.sin(angle)) * (k === 0 ? edge : middle);
  }
  return y;
}

/** y[t] = edge x[0] + 2 middle Σ_{k>0} x[k] cos(π k (2t+1) / 2n). */
export function scaledIdct(x: Float64Array, edge: number, middle: number): Float64Array {
  const n = x.length;
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  re[0] = x[0]! * edge;
  for (let k = 1; k < n; k++) {
    // conj(e^(-iπ k/2n)) (x[k] - i x[n-k])
    const cosine = Math.cos((Math.PI * k) / (2 * n)) * middle;
    const sine = Math.sin((Math.PI * k) / (2 * n)) * middle;
    re[k] = cosine * x[k]! + sine * x[n - k]!;
    im[k] = sine * x[k]! - cosine * x[n - k]!;
  }
  transformInPlace(re, im, true);
  const y = new Float64Array(n);
  for (let t = 0; t < n; t++) y[t] = re[reordered(t, n)]!;
  return y;
}

/** Even samples first, then the odd ones backwards. */
function reordered(t: number, n: number): number {
  return t % 2 === 0 ? t / 2 : n - 1 - (t - 1) / 2;
}
