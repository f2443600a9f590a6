// Circular and causal convolution of plain arrays in float64, by the transform.
import { type RealArray, resized } from './arrays.ts';
import { scaledIrfft, scaledRfft } from './rfft.ts';

/**
 * y[t] = Σ_s h[s] x[(t - s) mod n].
 *
 * @param x n samples
 * @param h at most n samples; a shorter filter counts as zero after its end
 * @throws Error when x is empty or h is longer than x
 */
export function circularConvolution(x: RealArray, h: RealArray): Float64Array {
  if (h.length > x.length) {
    throw new Error(`circularConvolution: h has ${h.length} samples; want at most the ${x.length} of x`);
  }
  return multiplied('circularConvolution', x, h, x.length);
}

/**
 * y[t] = Σ_{s <= t} h[s] x[t - s], as many samples as x has; samples of h beyond that do not matter.
 *
 * @throws Error when x is empty
 */
export function causalConvolution(x: RealArray, h: RealArray): Float64Array {
  const used = Math.min(h.length, x.length);
  let n = 1;
  while (n < x.length + used - 1) n *= 2;
  return multiplied('causalConvolution', x, h.slice(0, used), n).slice(0, x.length);
}

function multiplied(op: string, x: RealArray, h: RealArray, n: number): Float64Array {
  if (x.length === 0) throw new Error(`${op}: x is empty; want at least one sample`);
  const a = scaledRfft(resized(op, x, n), 1, 1);
  const b = scaledRfft(resized(op, h, n), 1, 1);
  const re = a.re.map((value, k) => value * b.re[k]! - a.im[k]! * b.im[k]!);
  const im = a.re.map((value, k) => value * b.im[k]! + a.im[k]! * b.re[k]!);
  return scaledIrfft(re, im, n, 1 / n, 1 / n);
}
