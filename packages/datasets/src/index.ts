// The package's public names.
export * from './audio/index.ts';
export { type ClassFolders, classFolders } from './class-folders.ts';
export * from './corpora/index.ts';
export * from './examples/index.ts';
export * from './fasta/index.ts';
export * from './glue/index.ts';
export * from './images/index.ts';
export { IGNORED, type Masked, type MaskingOptions, maskTokens } from './masking.ts';
export { MlmDataset, type MlmOptions } from './mlm.ts';
export type { MlmBatch, MlmSource } from './mlm-source.ts';
export { type MqarBatch, MqarGenerator, type MqarOptions, mqarBatches } from './mqar.ts';
export { OrdinaryIds, type VocabularyOf } from './ordinary.ts';
export { type PackingOptions, packDocuments, WindowPacker } from './packing.ts';
export * from './parquet/index.ts';
export { shuffled } from './random.ts';
export { type RecallBatch, RecallGenerator, type RecallOptions, recallBatches } from './recall.ts';
export {
  formatRecall,
  parseRecall,
  type RecallQuestion,
  type RecallVocabulary,
  recallVocabulary,
} from './recall-vocabulary.ts';
export { Rng, type RngState } from './rng.ts';
export * from './streaming/index.ts';
export * from './text/index.ts';
export { UnigramModel, type UnigramScore } from './unigram.ts';
