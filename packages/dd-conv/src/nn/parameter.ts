// One trainable tensor with what an optimiser has to know about it: models keep these, optimisers update them.
import * as tf from '@tensorflow/tfjs-core';

/** What an optimiser does differently for one parameter. What is left out is the optimiser's own setting. */
export interface ParameterOptions {
  /** this parameter's learning rate, before any schedule's factor */
  readonly learningRate?: number;
  /** this parameter's decoupled weight decay */
  readonly weightDecay?: number;
  /** false: kept and saved with the model, never updated */
  readonly trainable?: boolean;
}

/** A float32 variable and its options. It takes over `initial`, which must not be used or disposed afterwards. */
export class Parameter {
  readonly variable: tf.Variable;
  readonly options: ParameterOptions;

  /** @throws Error when `initial` is not float32, or an option is not a sensible number */
  constructor(initial: tf.Tensor, options: ParameterOptions = {}) {
    if (initial.dtype !== 'float32') {
      throw new Error(`Parameter: initial has dtype ${initial.dtype}; want float32`);
    }
    for (const key of ['learningRate', 'weightDecay'] as const) {
      const value = options[key];
      if (value !== undefined && !(Number.isFinite(value) && value >= 0)) {
        throw new Error(`Parameter: ${key} is ${value}; want a finite number of at least 0`);
      }
    }
    this.options = options;
    this.variable = tf.variable(initial, options.trainable ?? true);
    initial.dispose();
  }

  /** The current value, to be used in ops; it belongs to the parameter. */
  get value(): tf.Tensor {
    return this.variable;
  }
}
