// The operator of the paper (Karami & Ghodsi, "Orchid", NeurIPS 2024): convolution with a kernel made from the data.
import type { ComplexPair } from '@orchid-ml/fft';
import { irfft } from '@orchid-ml/fft';
import * as tf from '@tensorflow/tfjs-core';
import { checkChoice, checkKeys, checkShape, checkTensor } from './checks.ts';
import { convolve } from './convolve.ts';

export type Transform = 'dft' | 'dct';
export type Norm = 'forward' | 'ortho' | 'backward';
export type KernelDomain = 'frequency' | 'time';

export interface DdConvOptions {
  /** h0, the static kernel: [L, D], or [B, L, D], one for each example; float32 */
  kernel?: tf.Tensor;
  /**
   * H, the adaptive spectrum, as a conditioning network makes it; it may come from another sequence than z.
   * dft: a complex pair, each [B, floor(L/2) + 1, D] (imaginary parts at frequency 0 and L/2 have no effect); with
   * `kernelDomain: 'time'` each [B, L + 1, D], the spectrum of 2L points. dct: one tensor [B, L, D].
   */
  spectrum?: ComplexPair | tf.Tensor3D;
  /** d, the skip weight, [D], float32 */
  skip?: tf.Tensor1D;
  /** what z is multiplied by first, [B, L, D], float32: so that the product need not be a tensor of its own */
  inputGate?: tf.Tensor3D;
  /** what the result, skip included, is multiplied by, [B, L, D], float32 */
  outputGate?: tf.Tensor3D;
  /** F: the discrete Fourier transform (default) or the orthonormal cosine transform DCT-II */
  transform?: Transform;
  /** dft: how F(h0) is scaled: by 1/L (`forward`, the default), 1/√L (`ortho`) or not (`backward`). dct: of no effect. */
  norm?: Norm;
  /** `time` (dft only): H is brought back over 2L points, cut to L samples and added to h0 before F */
  kernelDomain?: KernelDomain;
}

/**
 * Data-dependent convolution, y = F⁻¹(F(z) ⊙ (F(h0) + H)) + d ⊙ z (paper, section 3), along the sequence. With gates z is
 * inputGate ⊙ z, and the result outputGate ⊙ y.
 * For `dft` H acts as the circular convolution with irfft(H); for `dct` the product of DCT coefficients is a symmetric
 * convolution. Differentiable in every tensor; cost O(B·D·L·log L).
 *
 * @param z [B, L, D], float32
 * @returns [B, L, D]
 * @throws Error when a shape, a dtype or an option does not fit, or there is neither a kernel nor a spectrum
 */
export function ddConv(z: tf.Tensor3D, options: DdConvOptions = {}): tf.Tensor3D {
  const op = 'ddConv';
  checkKeys(op, options, [
    'kernel',
    'spectrum',
    'skip',
    'inputGate',
    'outputGate',
    'transform',
    'norm',
    'kernelDomain',
  ]);
  const { kernel, spectrum, skip, inputGate, outputGate } = options;
  const { transform = 'dft', norm = 'forward', kernelDomain = 'frequency' } = options;
  checkChoice(op, 'transform', transform, ['dft', 'dct']);
  checkChoice(op, 'norm', norm, ['forward', 'ortho', 'backward']);
  checkChoice(op, 'kernelDomain', kernelDomain, ['frequency', 'time']);
  if (kernelDomain === 'time' && transform === 'dct') {
    throw new Error(`${op}: kernelDomain 'time' goes with transform 'dft' only; got 'dct'`);
  }
  checkTensor(op, 'z', z, 3);
  const [batch, length, width] = z.shape;
  if (!kernel && !spectrum) throw new Error(`${op}: got neither kernel nor spectrum; want one of them or both`);
  if (kernel) {
    checkTensor(op, 'kernel', kernel, kernel.rank === 2 ? 2 : 3);
    if (kernel.rank === 2) checkShape(op, 'kernel', kernel, [length, width], '[L, D]');
    else checkShape(op, 'kernel', kernel, [batch, length, width], '[B, L, D]');
  }
  if (skip) {
    checkTensor(op, 'skip', skip, 1);
    checkShape(op, 'skip', skip, [width], '[D]');
  }
  for (const [name, gate] of [
    ['inputGate', inputGate],
    ['outputGate', outputGate],
  ] as const) {
    if (!gate) continue;
    checkTensor(op, name, gate, 3);
    checkShape(op, name, gate, [batch, length, width], '[B, L, D]');
  }
  const given = { z, skip, inputGate, outputGate };
  const kernelScale = transform === 'dct' || norm === 'backward' ? 1 : norm === 'ortho' ? length ** -0.5 : 1 / length;
  const settings = { transform, fftLength: length, kernelScale };

  if (transform === 'dct') {
    if (spectrum && !(spectrum instanceof tf.Tensor)) {
      throw new Error(`${op}: spectrum is a complex pair; want one real tensor with transform 'dct'`);
    }
    if (spectrum) {
      checkTensor(op, 'spectrum', spectrum, 3);
      checkShape(op, 'spectrum', spectrum, [batch, length, width], '[B, L, D]');
    }
    return convolve(op, { ...given, kernel, spectrumRe: spectrum }, settings);
  }

  if (!spectrum) return convolve(op, { ...given, kernel }, settings);
  if (spectrum instanceof tf.Tensor) {
    throw new Error(`${op}: spectrum is one tensor; want a complex pair {re, im} with transform 'dft'`);
  }
  const isTime = kernelDomain === 'time';
  const bins = isTime ? length + 1 : Math.floor(length / 2) + 1;
  const meaning = isTime ? '[B, L + 1, D]' : '[B, floor(L/2) + 1, D]';
  for (const part of ['re', 'im'] as const) {
    checkTensor(op, `spectrum.${part}`, spectrum[part], 3);
    checkShape(op, `spectrum.${part}`, spectrum[part], [batch, bins, width], meaning);
  }
  if (!isTime) return convolve(op, { ...given, kernel, spectrumRe: spectrum.re, spectrumIm: spectrum.im }, settings);
  return tf.tidy(() => {
    const full = irfft(spectrum, { n: 2 * length, axis: 1, norm });
    const adaptive = tf.slice(full as tf.Tensor3D, [0, 0, 0], [batch, length, width]);
    return convolve(op, { ...given, kernel: kernel ? tf.add(adaptive, kernel) : adaptive }, settings);
  });
}
