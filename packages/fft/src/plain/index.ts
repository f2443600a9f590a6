// The transforms without TensorFlow.js: one-dimensional arrays, float64, any length.
export { nextFastLength } from '../factors.ts';
export type { Norm } from '../norm.ts';
export type { ComplexArrays, PlainOptions, RealArray } from './arrays.ts';
export { causalConvolution, circularConvolution } from './convolution.ts';
export { dct, idct, type PlainDctOptions } from './dct.ts';
export { fft, ifft } from './fft.ts';
export { irfft, rfft } from './rfft.ts';
