// @orchid-ml/dd-conv: data-dependent convolution and long convolutions for TensorFlow.js, with what makes their kernels.
import '@orchid-ml/backends/gradients';
import './kernels/index.ts';

export type { ComplexPair } from '@orchid-ml/fft';
export { type ConditioningNetwork, createConditioning, type Spectrum } from './conditioning/conditioning.ts';
export type {
  ConditioningActivation,
  ConditioningOptions,
  ConditioningSettings,
  ConditioningType,
  PaddingMode,
} from './conditioning/options.ts';
export { decayRates } from './filter/decay.ts';
export { ImplicitFilter, type ImplicitFilterOptions } from './filter/implicit-filter.ts';
export { DdConv, type DdConvLayerOptions } from './layer/dd-conv.ts';
export * from './nn/index.ts';
export { type DdConvOptions, ddConv, type KernelDomain, type Norm, type Transform } from './ops/dd-conv.ts';
export { type LongConvOptions, longConv } from './ops/long-conv.ts';
export { type ConditioningSide, type PhaseSuppressionOptions, phaseSuppression } from './ops/phase-suppression.ts';
export { splitComplex } from './ops/split-complex.ts';
