// Configurations of models: plain JSON, checked.
export { type ComplementMap, complementMap } from './complement.ts';
export { configJsonSchema, parseConfig } from './parse.ts';
export { type PretrainedConfig, parsePretrainedConfig } from './pretrained.ts';
export type { ConfigInputOf, ConfigOf, ModelConfig, ModelConfigInput, ModelType } from './schema.ts';
