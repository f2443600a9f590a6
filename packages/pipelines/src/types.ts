// What every pipeline is: inputs are checked and made ready on the host, computed in batches, and answered.
import type { Model, ModelConfig } from '@orchid-ml/orchid-models';

export const PIPELINE_TASKS = [
  'recall',
  'fill-mask',
  'text-classification',
  'image-classification',
  'audio-classification',
] as const;

export type PipelineTask = (typeof PIPELINE_TASKS)[number];

/**
 * An input, checked and made ready on the host: plain data and typed arrays, no tensor, so that it can be sent to a worker by
 * structured cloning.
 */
export interface Prepared {
  readonly task: PipelineTask;
  /** Inputs of one bucket can be computed in one batch; an input's answer does not depend on what it is batched with. */
  readonly bucket: string;
  /** Positions that the model computes, padding included. */
  readonly positions: number;
}

/** The half of a pipeline that needs no weights and no engine: what reads a model's inputs. */
export interface Preparer<Input, Options, P extends Prepared> {
  readonly task: P['task'];
  /** The model's, with all defaults filled in. */
  readonly config: ModelConfig;
  /** @throws InputError naming the field that does not fit */
  prepare(input: Input, options?: Options): P;
}

/** A trained model at work. */
export interface Pipeline<Input, Options, P extends Prepared, Answer> extends Preparer<Input, Options, P> {
  readonly model: Model;
  /**
   * Computes a batch, all of one bucket. Every tensor that it makes is freed.
   *
   * @returns answers in the order of the batch: plain JSON
   * @throws Error for inputs of several buckets or of another task
   */
  run(batch: readonly P[]): Promise<Answer[]>;
  /**
   * What the model's body makes of each input: the mean of the last hidden states, after the last norm, over the positions that
   * stand for something (special tokens of a text included; padding, and a class token of an image or a sound, left out).
   *
   * @returns float32 [D] each, D the model's hidden_size
   * @throws Error as {@link run} does
   */
  embed(batch: readonly P[]): Promise<Float32Array[]>;
  /** Frees the model. */
  dispose(): void;
}

/** How many of the likeliest an answer names. */
export interface TopOptions {
  /** An integer of at least 1. Default 5. */
  readonly top?: number;
}

/** A class and how sure the model is of it. */
export interface LabelGuess {
  readonly label: string;
  readonly probability: number;
}
