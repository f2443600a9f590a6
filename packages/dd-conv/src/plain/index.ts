// @orchid-ml/dd-conv/plain: the convolution, the conditioning and their gradients in float64 on flat arrays, without
// TensorFlow.js.
export {
  type DdConvArrays,
  type DdConvGradients,
  type DdConvSettings,
  ddConv,
  ddConvGradient,
} from './dd-conv.ts';
export {
  type PhaseSuppressionArrays,
  type PhaseSuppressionGradients,
  type PhaseSuppressionSettings,
  phaseSuppression,
  phaseSuppressionGradient,
  type SideArrays,
} from './phase-suppression.ts';
