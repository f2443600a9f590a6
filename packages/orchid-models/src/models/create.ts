// From a configuration to a model.
import { Rng } from '@orchid-ml/dd-conv';
import {
  type ConfigOf,
  type ModelConfig,
  type ModelConfigInput,
  type ModelType,
  parseConfig,
} from '../config/index.ts';
import { Bert } from './bert/bert.ts';
import { OrchidBert } from './bert/orchid-bert.ts';
import { DnaMaskedLanguageModel } from './dna.ts';
import { MaskedLanguageModel } from './masked-lm.ts';
import type { Model } from './model.ts';
import { OrchidAudio } from './orchid-audio.ts';
import { OrchidVit } from './orchid-vit.ts';
import { RecallModel } from './recall.ts';
import { Vit } from './vit.ts';

/** The class of each model_type. */
const MODELS = {
  'orchid-recall': RecallModel,
  'orchid-masked-lm': MaskedLanguageModel,
  'orchid-bert': OrchidBert,
  bert: Bert,
  'orchid-vit': OrchidVit,
  vit: Vit,
  'orchid-audio': OrchidAudio,
  'orchid-dna': DnaMaskedLanguageModel,
} as const satisfies { [T in ModelType]: new (config: ConfigOf<T>, rng: Rng) => Model<ConfigOf<T>> };

/** The model of a model_type; of several, one of theirs. */
export type ModelOf<T extends ModelType> = { [K in T]: InstanceType<(typeof MODELS)[K]> }[T];

/** Any of the models there are; `kind` tells which. */
export type AnyModel = ModelOf<ModelType>;

export interface CreateModelOptions {
  /** of the first weights; the same seed gives the same model on every machine. Default 0. */
  seed?: number;
}

/**
 * Makes a model with fresh weights on the current backend. Free it with `dispose()`.
 *
 * @throws Error when the configuration is wrong (see `parseConfig`) or the seed is not a whole number
 */
export function createModel<C extends ModelConfigInput | ModelConfig>(
  config: C,
  { seed = 0 }: CreateModelOptions = {},
): ModelOf<C['model_type']> {
  const complete = parseConfig(config as ModelConfig);
  return construct(complete, new Rng(seed)) as ModelOf<C['model_type']>;
}

/** A model of a complete configuration. */
export function construct(config: ModelConfig, rng: Rng): AnyModel {
  const Class = MODELS[config.model_type] as unknown as new (config: ModelConfig, rng: Rng) => AnyModel;
  return new Class(config, rng);
}
