// rfft: real to complex, along an axis.
import type { Tensor } from '@tensorflow/tfjs-core';
import { attrMap, RFFT } from '../kernels/contract.ts';
import { normScale } from '../norm.ts';
import { type ComplexPair, checkAxis, checkN, checkTensor, type FftOptions, run } from './arguments.ts';

/**
 * The non-negative half of a real signal's discrete Fourier transform along an axis, batched over all other axes, any n.
 * Differentiable.
 *
 * @param x float32 tensor of rank 1 or more
 * @returns {re, im} of the same shape but floor(n/2)+1 bins on the axis
 * @throws Error when shape, dtype or options do not fit, or the backend has no kernel
 */
export function rfft(x: Tensor, options: FftOptions = {}): ComplexPair {
  checkTensor('rfft', 'x', x);
  const axis = checkAxis('rfft', x.shape, options.axis);
  const rows = x.shape[axis]!;
  const n = checkN('rfft', options.n ?? rows);
  const scale = normScale('rfft', options.norm ?? 'backward', n, false);
  const [re, im] = run('rfft', RFFT, { x }, attrMap({ axis, n, rows, edge: scale, middle: scale }));
  return { re: re!, im: im! };
}
