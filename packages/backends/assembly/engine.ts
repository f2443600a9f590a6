// The kernels that the wasm engine gets from this package, in one module. Nothing here owns memory: every address is the
// caller's, from the engine's own heap, and alignment is that of a float.
export { conv2dFilterGrad } from './conv2d-filter-grad';
export { depthwiseFilterGrad, depthwiseInputGrad } from './depthwise-grad';
export { copyRuns, gatherRows, scatterAddRows } from './rows';
export { exp } from './exp';
export { gelu, geluAndSlope, geluGrad } from './gelu';
export { gemm } from './gemm';
export { groupedConv1d, groupedConv1dGrad } from './grouped-conv1d';
export { layerNorm, layerNormGrad } from './layer-norm';
export { sign } from './sign';
export { cos, sin } from './sin-cos';
export { softmax } from './softmax';
export { softmaxSums, softmaxCrossEntropyGrad } from './softmax-cross-entropy';
export { sumLast, sumMiddle, sumRowsInto } from './sum';
export { tanh } from './tanh';
export { transpose } from './transpose';
export { multiply } from './vector';
