// @orchid-ml/orchid-models: Orchid blocks and models, their configurations and their weights.
export { OrchidBlock, type OrchidBlockOptions } from './blocks/orchid-block.ts';
export * from './config/index.ts';
export { loadAuthorsBlock, toAuthorsStateDict } from './interop/authors.ts';
export { blockParity } from './interop/block-parity.ts';
export { goldenKind, parity } from './interop/parity.ts';
export type { ParityRow } from './interop/parity-rows.ts';
export { transformParity } from './interop/transform-parity.ts';
export * from './layers/index.ts';
export { AttentionMixer, type AttentionMixerOptions } from './mixers/attention.ts';
export { HyenaMixer, type HyenaMixerOptions } from './mixers/hyena.ts';
export { LinformerMixer, type LinformerMixerOptions } from './mixers/linformer.ts';
export { type Looked, lookInside, type OrchidInside } from './mixers/look-inside.ts';
export { createMixer, type MixerOptions } from './mixers/mixer.ts';
export { OrchidMixer, type OrchidMixerOptions } from './mixers/orchid.ts';
export { ReformerMixer, type ReformerMixerOptions } from './mixers/reformer.ts';
export { RoutingMixer, type RoutingMixerOptions } from './mixers/routing.ts';
export type { MixingOptions, SequenceMixer } from './mixers/sequence-mixer.ts';
export { Bert } from './models/bert/bert.ts';
export { OrchidBert } from './models/bert/orchid-bert.ts';
export type { Classifier, ClassifyOptions } from './models/classifier.ts';
export { type AnyModel, type CreateModelOptions, createModel, type ModelOf } from './models/create.ts';
export { DnaMaskedLanguageModel } from './models/dna.ts';
export { MaskedLanguageModel } from './models/masked-lm.ts';
export type { Model } from './models/model.ts';
export { OrchidAudio } from './models/orchid-audio.ts';
export { OrchidVit } from './models/orchid-vit.ts';
export { RecallModel } from './models/recall.ts';
export {
  checkIds,
  type EncodeOptions,
  isSequenceModel,
  type LogitsOptions,
  type SequenceModel,
  type SequenceModelType,
} from './models/sequence-model.ts';
export { Vit } from './models/vit.ts';
export * from './pretrained/index.ts';
export * from './safetensors/index.ts';
export * from './sizes/index.ts';
export { loadStateDict, parameterCount, type StateDictOptions, type StoredDtype, stateDict } from './state-dict.ts';
