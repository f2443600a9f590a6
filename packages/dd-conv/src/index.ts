// @orchid-ml/dd-conv: data-dependent convolution and long convolutions for TensorFlow.js, with what makes their kernels.
export * from './nn/index.ts';
