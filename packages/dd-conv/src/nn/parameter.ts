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
  readonly options: ParameterOptions;
  #variable: tf.Variable;

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
    this.#variable = tf.variable(initial, options.trainable ?? true);
    initial.dispose();
  }

  /** What holds the value: for optimisers, and for whoever asks for its gradient. */
  get variable(): tf.Variable {
    return this.#variable;
  }

  /** The current value, to be used in ops; it belongs to the parameter. */
  get value(): tf.Tensor {
    return this.#variable;
  }

  /**
   * From now on the value is what `variable` holds, and the parameter's own one is disposed of: for a framework that makes
   * the variables of its layers itself. Whose variable it is does not change, but `Module.dispose` disposes of it.
   *
   * @throws Error when shape or dtype differ, or the variable is disposed of
   */
  adopt(variable: tf.Variable): void {
    const own = this.#variable;
    if (variable === own) return;
    if (variable.isDisposed) throw new Error('Parameter.adopt: the variable is disposed of');
    if (variable.dtype !== own.dtype || String(variable.shape) !== String(own.shape)) {
      throw new Error(
        `Parameter.adopt: the variable is ${variable.dtype} of shape [${variable.shape}]; want ${own.dtype} of shape [${own.shape}]`,
      );
    }
    this.#variable = variable;
    own.dispose();
  }
}
