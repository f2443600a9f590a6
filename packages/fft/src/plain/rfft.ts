// rfft and irfft of plain arrays in float64.
import { normScale } from '../norm.ts';
import { type ComplexArrays, checkLength, type PlainOptions, type RealArray, resized } from './arrays.ts';
import { transformInPlace } from './transform.ts';

/**
 * The first n/2+1 bins (rounded down) of a real signal's discrete Fourier transform.
 *
 * @param x the signal
 * @throws Error when n is not a positive integer or norm is unknown
 */
export function rfft(x: RealArray, options: PlainOptions = {}): ComplexArrays {
  const n = options.n ?? x.length;
  const scale = normScale('rfft', options.norm ?? 'backward', n, false);
  return scaledRfft(resized('rfft', x, n), scale, scale);
}

/**
 * The real signal of n samples that has these bins; the inverse of {@link rfft}. Missing bins count as zero, further
 * ones are ignored, and so are the imaginary parts of bin 0 and, for even n, bin n/2.
 *
 * @param options n defaults to 2·(bins - 1)
 * @throws Error when the lengths differ, n is not a positive integer or norm is unknown
 */
export function irfft(re: RealArray, im: RealArray, options: PlainOptions = {}): Float64Array {
  if (re.length !== im.length) throw new Error(`irfft: re has ${re.length} bins and im ${im.length}; want as many`);
  const n = options.n ?? 2 * (re.length - 1);
  checkLength('irfft', n);
  const scale = normScale('irfft', options.norm ?? 'backward', n, true);
  return scaledIrfft(re, im, n, scale, scale);
}

/** Unscaled rfft of x, times `edge` in bin 0 and (even length) the last one, `middle` in the others. */
export function scaledRfft(x: Float64Array, edge: number, middle: number): ComplexArrays {
  const n = x.length;
  const work = x.slice();
  const workIm = new Float64Array(n);
  transformInPlace(work, workIm, false);
  const bins = Math.floor(n / 2) + 1;
  const re = new Float64Array(bins);
  const im = new Float64Array(bins);
  for (let k = 0; k < bins; k++) {
    const isEdge = k === 0 || 2 * k === n;
    re[k] = work[k]! * (isEdge ? edge : middle);
    im[k] = isEdge ? 0 : workIm[k]! * middle;
  }
  return { re, im };
}

/** Unscaled irfft of bins that are first multiplied by `edge` or `middle`, as in {@link scaledRfft}. */
export function scaledIrfft(re: RealArray, im: RealArray, n: number, edge: number, middle: number): Float64Array {
  const work = new Float64Array(n);
  const workIm = new Float64Array(n);
  const bins = Math.min(re.length, Math.floor(n / 2) + 1);
  for (let k = 0; k < bins; k++) {
    if (k === 0 || 2 * k === n) {
      work[k] = re[k]! * edge;
    } else {
      work[k] = re[k]! * middle;
      workIm[k] = im[k]! * middle;
      work[n - k] = work[k]!;
      workIm[n - k] = -workIm[k]!;
    }
  }
  transformInPlace(work, workIm, true);
  return work;
}
