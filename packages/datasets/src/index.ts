// The package's public names.
export { IGNORED, type Masked, type MaskingOptions, maskTokens } from './masking.ts';
export { type MlmBatch, MlmDataset, type MlmOptions } from './mlm.ts';
export { type RecallBatch, RecallGenerator, type RecallOptions, recallBatches } from './recall.ts';
export {
  formatRecall,
  parseRecall,
  type RecallQuestion,
  type RecallVocabulary,
  recallVocabulary,
} from './recall-vocabulary.ts';
export { Rng, type RngState } from './rng.ts';
export { UnigramModel, type UnigramScore } from './unigram.ts';
