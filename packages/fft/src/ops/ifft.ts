// ifft: the inverse of fft.
import { attrMap, IFFT } from '../kernels/contract.ts';
import { normScale } from '../norm.ts';
import { type ComplexPair, checkAxis, checkN, checkPair, type FftOptions, run } from './arguments.ts';

/**
 * Inverse discrete Fourier transform along an axis: x[t] = (1/n) Σ_k X[k] e^(2πi kt/n), batched over all other axes.
 * Differentiable in both parts.
 *
 * @param x {re, im}, float32 tensors of one shape, rank 1 or more
 * @returns {re, im} of the same shape but n on the axis
 * @throws Error when shapes, dtypes or options do not fit, or the backend has no kernel
 */
export function ifft(x: ComplexPair, options: FftOptions = {}): ComplexPair {
  checkPair('ifft', x);
  const axis = checkAxis('ifft', x.re.shape, options.axis);
  const rows = x.re.shape[axis]!;
  const n = checkN('ifft', options.n ?? rows);
  const scale = normScale('ifft', options.norm ?? 'backward', n, true);
  const [re, im] = run('ifft', IFFT, { re: x.re, im: x.im }, attrMap({ axis, n, rows, scale }));
  return { re: re!, im: im! };
}
