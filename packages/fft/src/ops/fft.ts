// fft: complex to complex, along an axis.
import { attrMap, FFT } from '../kernels/contract.ts';
import { normScale } from '../norm.ts';
import { type ComplexPair, checkAxis, checkN, checkPair, type FftOptions, run } from './arguments.ts';

/**
 * Discrete Fourier transform along an axis: X[k] = Σ_t x[t] e^(-2πi kt/n), batched over all other axes, any n.
 * Differentiable in both parts.
 *
 * @param x {re, im}, float32 tensors of one shape, rank 1 or more
 * @returns {re, im} of the same shape but n on the axis
 * @throws Error when shapes, dtypes or options do not fit, or the backend has no kernel
 */
export function fft(x: ComplexPair, options: FftOptions = {}): ComplexPair {
  checkPair('fft', x);
  const axis = checkAxis('fft', x.re.shape, options.axis);
  const rows = x.re.shape[axis]!;
  const n = checkN('fft', options.n ?? rows);
  const scale = normScale('fft', options.norm ?? 'backward', n, false);
  const [re, im] = run('fft', FFT, { re: x.re, im: x.im }, attrMap({ axis, n, rows, scale }));
  return { re: re!, im: im! };
}
