// @orchid-ml/backends/plain: what the kernels compute, in float64 on flat arrays, for packages whose kernels fuse them.
export { type GroupedConv1dSizes, groupedConv1d, groupedConv1dGrad } from './grouped-conv1d.ts';
export { layerNorm, layerNormGrad } from './layer-norm.ts';
export { type ConvPadding, type PaddingMode, paddedRows } from './padded-rows.ts';
