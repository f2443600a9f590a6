// What every model of this package is: parameters, and the configuration that they are made from.
import type { Module } from '@orchid-ml/dd-conv';
import type { ModelConfig } from '../config/index.ts';

/** A model that `createModel` makes and that is saved as config.json and safetensors. */
export interface Model<C extends ModelConfig = ModelConfig> extends Module {
  /** with all defaults filled in; what config.json holds */
  readonly config: C;
  /** the configuration's model_type */
  readonly kind: C['model_type'];
  /**
   * How the names of the head's parameters begin, of a body that may be given another head; a model that has none of these is
   * loaded as a whole.
   */
  readonly headPrefixes?: readonly string[];
}
