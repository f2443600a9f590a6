// What a task of masked-language modelling asks of its data, be it a text in memory or a stream from files.
import type { Masked } from './masking.ts';

export interface MlmBatch extends Masked {
  readonly batch: number;
  readonly length: number;
}

export interface MlmSource {
  /** Tokens a window. */
  readonly length: number;
  readonly batchSize: number;
  readonly vocabSize: number;
  readonly maskProbability: number;
  readonly evalMaskProbability: number;
  /** Where the training batches stand, as plain JSON: the batches that were given, not those read ahead. */
  state: unknown;
  /**
   * Tells the next training batch from others: an integer of 0 to 2^32 - 1 that follows from the state alone, so that what is
   * random about a step beside its batch, such as dropout, is the same after a restart and in every worker.
   */
  readonly batchNumber: number;
  /** The next batch to learn from, freshly masked; to be awaited before the next call. */
  trainBatch(): MlmBatch | Promise<MlmBatch>;
  /**
   * The held-out windows, masked the same way on every call.
   *
   * @param limit at most this many windows, spread evenly. Default: all
   */
  evalBatches(limit?: number): Iterable<MlmBatch>;
}
