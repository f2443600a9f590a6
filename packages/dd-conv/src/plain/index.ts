// @orchid-ml/dd-conv/plain: the convolution and its gradients in float64 on flat arrays, without TensorFlow.js.
export {
  type DdConvArrays,
  type DdConvGradients,
  type DdConvSettings,
  ddConv,
  ddConvGradient,
} from './dd-conv.ts';
