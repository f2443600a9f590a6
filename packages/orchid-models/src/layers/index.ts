// The layers, one a file.
export { Embedding, type EmbeddingOptions } from './embedding.ts';
export { LayerNorm, type LayerNormOptions } from './layer-norm.ts';
export { Linear, type LinearOptions } from './linear.ts';
export { Mlp, type MlpOptions } from './mlp.ts';
export { ShortConv, type ShortConvOptions } from './short-conv.ts';
