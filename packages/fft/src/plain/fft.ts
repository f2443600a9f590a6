// fft and ifft of plain arrays in float64.
import { normScale } from '../norm.ts';
import { type ComplexArrays, type PlainOptions, type RealArray, resized } from './arrays.ts';
import { transformInPlace } from './transform.ts';

/**
 * Discrete Fourier transform X[k] = Σ x[t] e^(-2πi kt/n) of one complex signal, any length.
 *
 * @param re real parts
 * @param im imaginary parts, as many
 * @returns n bins
 * @throws Error when the lengths differ, n is not a positive integer or norm is unknown
 */
export function fft(re: RealArray, im: RealArray, options: PlainOptions = {}): ComplexArrays {
  return complexTransform('fft', re, im, options, false);
}

/** The inverse of {@link fft}: x[t] = (1/n) Σ X[k] e^(2πi kt/n) with norm 'backward'. */
export function ifft(re: RealArray, im: RealArray, options: PlainOptions = {}): ComplexArrays {
  return complexTransform('ifft', re, im, options, true);
}

function complexTransform(op: string, re: RealArray, im: RealArray, options: PlainOptions, inverse: boolean) {
  if (re.length !== im.length) throw new Error(`${op}: re has ${re.length} values and im ${im.length}; want as many`);
  const n = options.n ?? re.length;
  const outRe = resized(op, re, n);
  const outIm = resized(op, im, n);
  const scale = normScale(op, options.norm ?? 'backward', n, inverse);
  transformInPlace(outRe, outIm, inverse);
  for (let i = 0; i < n; i++) {
    outRe[i] = outRe[i]! * scale;
    outIm[i] = outIm[i]! * scale;
  }
  return { re: outRe, im: outIm };
}
