// From a configuration to a model.
import { Rng } from '@orchid-ml/dd-conv';
import { type ModelConfig, type ModelConfigInput, type ModelType, parseConfig } from '../config/index.ts';
import { MaskedLanguageModel } from './masked-lm.ts';
import { RecallModel } from './recall.ts';
import type { OrchidSequenceModel, SequenceModel } from './sequence-model.ts';

const MODELS: Record<ModelType, new (config: ModelConfig, rng: Rng) => OrchidSequenceModel> = {
  'orchid-recall': RecallModel,
  'orchid-masked-lm': MaskedLanguageModel,
};

export interface CreateModelOptions {
  /** of the first weights; the same seed gives the same model on every machine. Default 0. */
  seed?: number;
}

/**
 * Makes a model with fresh weights on the current backend. Free it with `dispose()`.
 *
 * @throws Error when the configuration is wrong (see `parseConfig`) or the seed is not a whole number
 */
export function createModel(
  config: ModelConfigInput | ModelConfig,
  { seed = 0 }: CreateModelOptions = {},
): SequenceModel {
  const complete = parseConfig(config);
  return new MODELS[complete.model_type](complete, new Rng(seed));
}
