// The kernel pair behind longConv and ddConv: names, inputs and attributes, as every backend implements them.
import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';

/**
 * y = F⁻¹(F(z) ⊙ (F(h0) + H)) + d ⊙ z along axis 1, over `fftLength` points, z and h0 padded with zeros and y cut to L rows.
 * `dft`: F is the unscaled rfft, F⁻¹ its inverse, and F(h0) is multiplied by `kernelScale`. `dct`: F is orthonormal.
 */
export const ddConvKernelName = 'OrchidDdConv';

/** Every gradient of the above at once: [dz, dh0?, dH.re?, dH.im?, dd?], those whose input is there. It saves nothing. */
export const ddConvGradKernelName = 'OrchidDdConvGrad';

export interface DdConvInputs extends NamedTensorInfoMap {
  /** [B, L, D] */
  z: TensorInfo;
  /** [Lh, D], or [B, Lh, D] with `kernelPerExample` */
  kernel?: TensorInfo;
  /** [B, fftLength/2 + 1, D] (dft) or [B, L, D] (dct) */
  spectrumRe?: TensorInfo;
  /** as spectrumRe; dft only; what it says at frequency 0 and N/2 has no effect, as in irfft */
  spectrumIm?: TensorInfo;
  /** [D] */
  skip?: TensorInfo;
}

export interface DdConvGradInputs extends DdConvInputs {
  /** the gradient of y, [B, L, D] */
  dy: TensorInfo;
}

export interface DdConvAttrs {
  transform: 'dft' | 'dct';
  fftLength: number;
  kernelScale: number;
  hasKernel: boolean;
  kernelPerExample: boolean;
  hasSpectrum: boolean;
  hasSkip: boolean;
}

/** {x: [..., 2C]} → [x[..., 0::2], x[..., 1::2]] */
export const splitComplexKernelName = 'OrchidSplitComplex';

/** {re, im: [..., C]} → [..., 2C], the inverse of the above */
export const interleaveKernelName = 'OrchidInterleaveComplex';
