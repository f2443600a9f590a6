// What the training loop asks of a task: batches, a loss, a way to cut batches, an evaluation, and where its random
// numbers stand.
import type { Module } from '@orchid-ml/dd-conv';
import type * as tf from '@tensorflow/tfjs-core';

/** What {@link Task.loss} gives: scalars on the device. */
export interface LossAndMetrics {
  readonly loss: tf.Scalar;
  /** By name, as in {@link Task.metrics}; not differentiated. */
  readonly metrics: Readonly<Record<string, tf.Scalar>>;
}

export interface LossOptions {
  /** The model keeps the inputs of its blocks alone and runs each once more on the way back. Default false. */
  readonly recompute?: boolean;
}

/** Numbers by name; `loss` is always one of them. */
export type Scores = Readonly<Record<string, number>> & { readonly loss: number };

/** A piece of a batch: some of its sequences, and what share of the batch's loss and metrics theirs are. */
export interface Part<Batch> {
  readonly batch: Batch;
  /** above 0; those of a batch's parts add up to 1 */
  readonly weight: number;
}

/** The shape of a task's training batches, and batches of other shapes to measure with. */
export interface BatchShape<Batch> {
  readonly sequences: number;
  readonly length: number;
  /** A batch of that shape whose tokens mean nothing; it leaves {@link Task.state} alone. */
  blank(sequences: number, length: number): Batch;
}

/** Which of an evaluation's batches a worker takes: every `size`-th, from `rank` on. */
export interface Share {
  readonly rank: number;
  readonly size: number;
}

/** Loss and right answers summed over `count` answers. */
export interface Tally {
  readonly count: number;
  readonly loss: number;
  readonly right: number;
}

export interface Task<M extends Module = Module, Batch = unknown> {
  readonly name: string;
  /** The settings as plain JSON, for a checkpoint's record. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Names of the metrics beside the loss. */
  readonly metrics: readonly string[];
  /** Which of an evaluation's scores says how good a model is, the higher the better. Default `accuracy`. */
  readonly score?: string;
  /** Where the training batches stand, as plain JSON; setting it goes on from there. */
  state: unknown;
  /** Tokens of a training batch, for the speed. */
  readonly tokensPerBatch: number;
  /** Without it the memory of a step is not predicted. */
  readonly shape?: BatchShape<Batch>;
  /** A promise where it is read from files as it is needed; awaited before the next call. */
  nextBatch(): Batch | Promise<Batch>;
  /** Called inside a tidy; makes scalars of a batch. A task whose model cannot recompute may take no notice of the options. */
  loss(model: M, batch: Batch, options?: LossOptions): LossAndMetrics;
  /**
   * Cuts a batch into `parts` of nearly equal numbers of sequences, in order (fewer parts when there are fewer sequences,
   * and none for sequences that do not count), so that the sum of weight·loss(part) is loss(batch), and the metrics' and
   * the gradients' likewise.
   *
   * @throws Error unless parts is an integer of at least 1
   */
  split(batch: Batch, parts: number): Part<Batch>[];
  /**
   * Scores on data that training never sees; the same data on every call. Stops early, throwing, when aborted.
   *
   * @param pieces batches are cut into so many, for the memory; default 1
   */
  evaluate(model: M, signal?: AbortSignal, pieces?: number): Promise<Scores>;
  /**
   * A worker's share of the same evaluation: the tallies of all shares make the scores that `evaluate` gives. Without it
   * rank 0 evaluates alone.
   */
  tally?(model: M, share: Share, signal?: AbortSignal, pieces?: number): Promise<Tally>;
}

/** A task whose batches are at hand. */
export interface ReadyTask<M extends Module = Module, Batch = unknown> extends Task<M, Batch> {
  nextBatch(): Batch;
}
