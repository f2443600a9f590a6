// What the training loop asks of an optimiser.
import type { SafetensorsTensor } from '@orchid-ml/orchid-models';
import type * as tf from '@tensorflow/tfjs-core';

/** What one update is scaled by. */
export interface UpdateOptions {
  /** The schedule's factor on every learning rate. Default 1. */
  readonly factor?: number;
  /** Multiplies the gradients, as clipping does. Default 1. */
  readonly gradientScale?: number;
  /**
   * Numbers on the device, float32 [2 or more], that decide about this update, in place of `gradientScale`: it is made only if
   * the first and the last of them are finite, and the last, the sum of the squares of all gradients, scales these to a norm of
   * at most `clipNorm`.
   */
  readonly gate?: tf.Tensor1D;
  /** With a gate; null: no clipping, the default. */
  readonly clipNorm?: number | null;
}

export interface Optimizer {
  /** The settings as plain JSON, for a checkpoint's record. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What it keeps on the engine between steps; where it does not say, plans for memory do not count it. */
  readonly tensors?: readonly tf.Tensor[];
  /** Updates made so far. */
  readonly steps: number;
  /** The learning rate of parameters without one of their own, before the schedule. */
  readonly learningRate: number;
  /**
   * Packs gradients, one for each trainable parameter by name, in the optimiser's own layout; the caller disposes of them.
   *
   * @throws Error naming a parameter without a gradient or with one of another shape
   */
  pack(gradients: ReadonlyMap<string, tf.Tensor>): tf.Tensor1D[];
  /** Updates the parameters from packed gradients. */
  update(packed: readonly tf.Tensor1D[], options?: UpdateOptions): void;
  /**
   * Takes the last so many updates back from {@link steps}: their gates were shut, and they have changed nothing. An optimizer
   * that knows nothing of gates has no such method, and the loop then reads every step before it updates.
   */
  withdraw?(updates: number): void;
  /** Everything that a later run needs to go on, as named arrays. */
  state(): Promise<Map<string, SafetensorsTensor>>;
  /** Takes over what {@link state} gave. @throws Error, with nothing changed, when it is another model's */
  loadState(state: ReadonlyMap<string, SafetensorsTensor>): void;
  dispose(): void;
}
