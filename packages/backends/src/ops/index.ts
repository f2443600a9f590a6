// Engine-wide neural-network ops. Importing them registers their kernels and tfjs-core's own gradients.
import '../gradients.ts';
import '../kernels/index.ts';

export { type Differentiable, differentiable, differentiableList, type Save } from './differentiable.ts';
export { embedding } from './embedding.ts';
export { gelu } from './gelu.ts';
export { type GroupedConv1dOptions, groupedConv1d } from './grouped-conv1d.ts';
export { type Halvable, halvable } from './halvable.ts';
export { layerNorm } from './layer-norm.ts';
export { type LinearActivation, linear } from './linear.ts';
export { softmaxCrossEntropy } from './softmax-cross-entropy.ts';
