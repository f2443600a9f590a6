// irfft: the inverse of rfft.
import type { Tensor } from '@tensorflow/tfjs-core';
import { attrMap, IRFFT } from '../kernels/contract.ts';
import { normScale } from '../norm.ts';
import { type ComplexPair, checkAxis, checkN, checkPair, type FftOptions, run } from './arguments.ts';

/**
 * The real signal with these non-negative bins, along an axis, batched over all other axes. Missing bins count as zero,
 * further ones are ignored, and so are the imaginary parts of bin 0 and, for even n, bin n/2. Differentiable.
 *
 * @param x {re, im}, float32 tensors of one shape, rank 1 or more
 * @param options n, the number of samples, defaults to 2·(bins - 1); an odd length has to be given
 * @returns float32 tensor of the same shape but n samples on the axis
 * @throws Error when shapes, dtypes or options do not fit, or the backend has no kernel
 */
export function irfft(x: ComplexPair, options: FftOptions = {}): Tensor {
  checkPair('irfft', x);
  const axis = checkAxis('irfft', x.re.shape, options.axis);
  const rows = x.re.shape[axis]!;
  const n = checkN('irfft', options.n ?? 2 * (rows - 1));
  const scale = normScale('irfft', options.norm ?? 'backward', n, true);
  const [y] = run('irfft', IRFFT, { re: x.re, im: x.im }, attrMap({ axis, n, rows, edge: scale, middle: scale }));
  return y!;
}
