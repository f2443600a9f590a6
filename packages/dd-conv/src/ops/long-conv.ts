// Convolution with a kernel as long as the sequence, in O(L log L), differentiable in everything.
import { nextFastLength } from '@orchid-ml/fft/plain';
import type { Tensor, Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import { checkChoice, checkKeys, checkShape, checkTensor } from './checks.ts';
import { convolve } from './convolve.ts';

export interface LongConvOptions {
  /**
   * `circular` (the default): y[t] = Σ_s h[s]·x[(t - s) mod L]. `causal`: y[t] = Σ_{s <= t} h[s]·x[t - s], so that no
   * output depends on a later input.
   */
  mode?: 'circular' | 'causal';
  /** [D], float32: y += skip ⊙ x */
  skip?: Tensor1D;
}

/**
 * Depthwise long convolution along the sequence: every channel with its own kernel, y = x ⊛ h + skip ⊙ x.
 *
 * @param x [B, L, D], float32
 * @param h [Lh, D], one kernel for all examples, or [B, Lh, D], one for each; Lh <= L; float32
 * @returns [B, L, D]
 * @throws Error when a shape, a dtype or an option does not fit
 */
export function longConv(x: Tensor3D, h: Tensor, options: LongConvOptions = {}): Tensor3D {
  const op = 'longConv';
  checkKeys(op, options, ['mode', 'skip']);
  const { mode = 'circular', skip } = options;
  checkChoice(op, 'mode', mode, ['circular', 'causal']);
  checkTensor(op, 'x', x, 3);
  checkTensor(op, 'h', h, h?.rank === 2 ? 2 : 3);
  const [batch, length, width] = x.shape;
  const rows = h.shape[h.rank - 2]!;
  if (rows > length) throw new Error(`${op}: h has ${rows} rows in its shape [${h.shape}]; want at most L = ${length}`);
  if (h.rank === 2) checkShape(op, 'h', h, [rows, width], '[Lh, D]');
  else checkShape(op, 'h', h, [batch, rows, width], '[B, Lh, D]');
  if (skip) {
    checkTensor(op, 'skip', skip, 1);
    checkShape(op, 'skip', skip, [width], '[D]');
  }
  const fftLength = mode === 'circular' ? length : nextFastLength(length + rows - 1);
  return convolve(op, { z: x, kernel: h, skip }, { transform: 'dft', fftLength, kernelScale: 1 });
}
