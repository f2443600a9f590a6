// What models that label things have in common, whatever they label.
import type * as tf from '@tensorflow/tfjs-core';
import type { Model } from './model.ts';

export interface ClassifyOptions {
  /**
   * The blocks keep their inputs alone for the gradients and run once more on the way back: slower, in a fraction of the
   * memory. Default false. The values are the same either way.
   */
  recompute?: boolean;
  /** In training: what the masks of dropout follow from, another number each step. Left out, nothing is dropped. */
  dropoutSeed?: number;
}

/** Anything that scores labels; what it takes is the model's own: token ids, pixels, a waveform. */
export interface Classifier<Input extends tf.Tensor = tf.Tensor2D> extends Model {
  /** @returns scores before softmax, or the numbers of a regression: [B, labels] */
  classify(inputs: Input, options?: ClassifyOptions): tf.Tensor;
}
