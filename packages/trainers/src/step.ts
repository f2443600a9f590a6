// One step of training: loss, gradients, and the update if all of it is finite; with one read from the device, or none.
import type { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { clipScale, sumOfSquares } from './clip.ts';
import { accumulateGradients, type MemoryOptions } from './gradients.ts';
import type { Optimizer } from './optimizers/optimizer.ts';
import { type Communicator, ownParts } from './parallel/communicator.ts';
import type { Part, Task } from './tasks/task.ts';

export interface StepOptions extends MemoryOptions {
  /** The schedule's factor. */
  readonly factor: number;
  /** Largest global gradient norm; null: no clipping. */
  readonly clipNorm: number | null;
  /** Workers that make the same step, each with a replica and the same batch; every one computes its own parts of it. */
  readonly communicator?: Communicator;
}

export interface StepResult {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** False: the loss or the gradient is not finite, and nothing was updated. */
  readonly updated: boolean;
}

/**
 * Makes one update from one batch. Tensors are as many afterwards as before.
 *
 * @throws Error when nothing in the batch counts, and whatever the engine throws; then nothing is updated
 */
export async function trainingStep<M extends Module, B>(
  model: M,
  task: Task<M, B>,
  optimizer: Optimizer,
  batch: B,
  { factor, clipNorm, communicator, ...memory }: StepOptions,
): Promise<StepResult> {
  const parts = partsOf(task, batch, communicator?.size ?? 1);
  const own = communicator ? ownParts(parts, communicator) : parts;
  const local = accumulateGradients(model, task, optimizer, own, memory);
  const { scores, packed } = communicator ? await communicator.allReduce(local) : local;
  try {
    // Everything the host wants to know travels together: a read makes the device wait.
    const summary = tf.tidy(() => summarize(scores, packed));
    const result = resultOf(task, await summary.data<'float32'>().finally(() => summary.dispose()));
    const { gradientNorm, updated } = result;
    if (updated) optimizer.update(packed, { factor, gradientScale: clipScale(gradientNorm, clipNorm) });
    return result;
  } finally {
    tf.dispose([scores, ...packed]);
  }
}

/** What decides about a step whose numbers the host does not know. */
export interface DeviceState {
  /** 0; NaN: a step before this one was not finite, and none is to update any more */
  readonly failed: tf.Scalar;
  /** 0, kept on the device: what is made anew each step is uploaded anew */
  readonly zero: tf.Scalar;
}

/**
 * The same step with nothing read: the device clips, and updates unless this step's loss or gradient is not finite or one
 * before was not.
 *
 * @returns `row`: what {@link resultOf} reads, with NaN in all places after a failed step; and `failed` for the next step. Both
 *   are the caller's
 */
export function recordStep<M extends Module, B>(
  model: M,
  task: Task<M, B>,
  optimizer: Optimizer,
  batch: B,
  { factor, clipNorm, ...memory }: Omit<StepOptions, 'communicator'>,
  { failed, zero }: DeviceState,
): { readonly row: tf.Tensor1D; readonly failed: tf.Scalar } {
  const { scores, packed } = accumulateGradients(model, task, optimizer, partsOf(task, batch, 1), memory);
  try {
    const [row, failedNow] = tf.tidy(() => {
      const row = tf.add(summarize(scores, packed), failed) as tf.Tensor1D;
      // Loss and squares, by which the update is decided; of a number that is not finite no product is 0.
      const ends = tf.stridedSlice(row, [0], [row.size], [row.size - 1]);
      return [row, tf.sum(tf.mul(ends, zero)) as tf.Scalar] as const;
    }) as [tf.Tensor1D, tf.Scalar];
    tf.keep(row);
    tf.keep(failedNow);
    optimizer.update(packed, { factor, gate: row, clipNorm });
    return { row, failed: failedNow };
  } finally {
    tf.dispose([scores, ...packed]);
  }
}

/** From the numbers of a step, read: loss, metrics, the sum of the gradient's squares. */
export function resultOf<M extends Module, B>(task: Task<M, B>, row: Float32Array): StepResult {
  const [loss, ...values] = row;
  const gradientNorm = Math.sqrt(values.pop()!);
  const updated = Number.isFinite(loss) && Number.isFinite(gradientNorm);
  const metrics = Object.fromEntries(task.metrics.map((name, i) => [name, values[i]!]));
  return { loss: loss!, metrics, gradientNorm, updated };
}

function partsOf<M extends Module, B>(task: Task<M, B>, batch: B, parts: number): Part<B>[] {
  const cut = task.split(batch, parts);
  if (cut.length === 0) throw new Error(`task ${task.name}: the batch has nothing to learn from`);
  return cut;
}

/** The loss, the metrics and the sum of the gradient's squares; called inside a tidy. */
function summarize(scores: tf.Tensor1D, packed: readonly tf.Tensor1D[]): tf.Tensor1D {
  return tf.concat1d([scores, tf.reshape(sumOfSquares(packed), [1])]);
}
