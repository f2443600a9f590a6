// GELU on flat arrays in float64: the reference of every engine's kernel, and what the cpu engine runs.
import { erf, erfc } from './erf.ts';

/** y = x·Φ(x), Φ the normal distribution (Hendrycks & Gimpel 2016, the exact form). */
export function gelu(x: ArrayLike<number>): Float64Array {
  const y = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) y[i] = x[i]! * cumulative(x[i]!);
  return y;
}

/** dx = dy·(Φ(x) + x·φ(x)), φ the normal density. */
export function geluGrad(x: ArrayLike<number>, dy: ArrayLike<number>): Float64Array {
  const dx = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const v = x[i]!;
    dx[i] = dy[i]! * (cumulative(v) + (v * Math.exp(-0.5 * v * v)) / Math.sqrt(2 * Math.PI));
  }
  return dx;
}

function cumulative(x: number): number {
  return x < 0 ? 0.5 * erfc(-x * Math.SQRT1_2) : 0.5 * (1 + erf(x * Math.SQRT1_2));
}
