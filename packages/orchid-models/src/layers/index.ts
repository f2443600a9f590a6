// The layers, one a file.
export { BlockDiagonalLinear, type BlockDiagonalLinearOptions } from './block-diagonal-linear.ts';
export { BlockDiagonalMlp, type BlockDiagonalMlpOptions } from './block-diagonal-mlp.ts';
export { Dropout } from './dropout.ts';
export { Embedding, type EmbeddingOptions } from './embedding.ts';
export { LayerNorm, type LayerNormOptions } from './layer-norm.ts';
export { Linear, type LinearOptions } from './linear.ts';
export { Mlp, type MlpOptions } from './mlp.ts';
export { PatchEmbedding, type PatchEmbeddingOptions } from './patch-embedding.ts';
export { ShortConv, type ShortConvOptions } from './short-conv.ts';
export { StridedConv1d, type StridedConv1dOptions } from './strided-conv1d.ts';
export { WaveStem, type WaveStemOptions } from './wave-stem.ts';
