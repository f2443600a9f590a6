// The kernel pair behind longConv and ddConv: names, inputs and attributes, as every backend implements them.
import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';

/**
 * y = go ⊙ (F⁻¹(F(gi ⊙ z) ⊙ (F(h0) + H)) + d ⊙ gi ⊙ z) along axis 1, over `fftLength` points, z and h0 padded with zeros and y cut to L rows.
 * `dft`: F is the unscaled rfft, F⁻¹ its inverse, and F(h0) is multiplied by `kernelScale`. `dct`: F is orthonormal.
 */
export const ddConvKernelName = 'OrchidDdConv';

/** Every gradient of the above at once: [dz, dh0?, dH.re?, dH.im?, dd?, dgi?, dgo?], those whose input is there. It saves nothing. */
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
  /** gi, [B, L, D] */
  inputGate?: TensorInfo;
  /** go, [B, L, D] */
  outputGate?: TensorInfo;
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
  hasInputGate: boolean;
  hasOutputGate: boolean;
}

/** {x: [..., 2C]} → [x[..., 0::2], x[..., 1::2]] */
export const splitComplexKernelName = 'OrchidSplitComplex';

/** {re, im: [..., C]} → [..., 2C], the inverse of the above */
export const interleaveKernelName = 'OrchidInterleaveComplex';

/**
 * Type I conditioning (paper, section 3.2): H = frequency(|F(time(u))|) or of its square, both sides a short depthwise
 * convolution, with a layer norm under the second name; dft: [re, im] of [B, L/2 + 1, D], dct: [H] of [B, L, D]. Its
 * gradient wants its inputs only.
 */
export const phaseSuppressionKernelName = 'OrchidPhaseSuppression';
export const normedPhaseSuppressionKernelName = 'OrchidPhaseSuppressionNormed';

/** Every gradient of the above, one for each input, in the order of `phaseSuppressionInputNames`; for both names. */
export const phaseSuppressionGradKernelName = 'OrchidPhaseSuppressionGrad';

export interface PhaseSuppressionInputs extends NamedTensorInfoMap {
  /** [B, L, D] */
  u: TensorInfo;
  /** [D, 1, m] and [D] */
  timeWeight: TensorInfo;
  timeBias: TensorInfo;
  /** [D], as all four of the norms' or none */
  timeNormWeight?: TensorInfo;
  timeNormBias?: TensorInfo;
  /** [pD, 1, m] and [pD]; p = 2 for dft, whose channels alternate real and imaginary parts, 1 for dct */
  frequencyWeight: TensorInfo;
  frequencyBias: TensorInfo;
  /** [pD] */
  frequencyNormWeight?: TensorInfo;
  frequencyNormBias?: TensorInfo;
}

export interface PhaseSuppressionGradInputs extends PhaseSuppressionInputs {
  /** the gradient of H: dft both, dct dRe alone */
  dRe: TensorInfo;
  dIm?: TensorInfo;
}

export interface PhaseSuppressionAttrs {
  transform: 'dft' | 'dct';
  /** scale of F for dft */
  scale: number;
  isSquared: boolean;
  paddingMode: 'zeros' | 'reflect' | 'circular';
  /** added to the variance by both norms */
  eps: number;
  hasNorm: boolean;
}

export function phaseSuppressionInputNames(hasNorm: boolean): (keyof PhaseSuppressionInputs & string)[] {
  return [
    'u',
    'timeWeight',
    'timeBias',
    ...(hasNorm ? ['timeNormWeight', 'timeNormBias'] : []),
    'frequencyWeight',
    'frequencyBias',
    ...(hasNorm ? ['frequencyNormWeight', 'frequencyNormBias'] : []),
  ];
}
