// idct: the orthonormal DCT-III, the inverse of dct.
import type { Tensor } from '@tensorflow/tfjs-core';
import { attrMap, IDCT } from '../kernels/contract.ts';
import { type AxisOptions, checkAxis, checkN, checkTensor, run } from './arguments.ts';

/**
 * Orthonormal DCT-III along an axis, the inverse of dct; batched over all other axes, any n. Differentiable.
 *
 * @param x float32 tensor of rank 1 or more
 * @returns float32 tensor of the same shape but n on the axis
 * @throws Error when shape, dtype or options do not fit, or the backend has no kernel
 */
export function idct(x: Tensor, options: AxisOptions = {}): Tensor {
  checkTensor('idct', 'x', x);
  const axis = checkAxis('idct', x.shape, options.axis);
  const rows = x.shape[axis]!;
  const n = checkN('idct', options.n ?? rows);
  const [y] = run('idct', IDCT, { x }, attrMap({ axis, n, rows, edge: Math.sqrt(1 / n), middle: Math.sqrt(0.5 / n) }));
  return y!;
}
