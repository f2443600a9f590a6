// dct: the orthonormal DCT-II, along an axis.
import type { Tensor } from '@tensorflow/tfjs-core';
import { attrMap, DCT } from '../kernels/contract.ts';
import { type AxisOptions, checkAxis, checkN, checkTensor, run } from './arguments.ts';

/**
 * Orthonormal DCT-II along an axis: y[k] = f[k] Σ_t x[t] cos(π k (2t+1) / 2n), f[0] = √(1/n), else √(2/n); batched over
 * all other axes, any n (scipy's dct(type=2, norm='ortho')). Differentiable.
 *
 * @param x float32 tensor of rank 1 or more
 * @returns float32 tensor of the same shape but n on the axis
 * @throws Error when shape, dtype or options do not fit, or the backend has no kernel
 */
export function dct(x: Tensor, options: AxisOptions = {}): Tensor {
  checkTensor('dct', 'x', x);
  const axis = checkAxis('dct', x.shape, options.axis);
  const rows = x.shape[axis]!;
  const n = checkN('dct', options.n ?? rows);
  const [y] = run('dct', DCT, { x }, attrMap({ axis, n, rows, edge: Math.sqrt(1 / n), middle: Math.sqrt(2 / n) }));
  return y!;
}
