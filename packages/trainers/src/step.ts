// One step of training: loss, gradients, one read from the device, and the update if all of it is finite.
import type { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { clipScale, sumOfSquares } from './clip.ts';
import { accumulateGradients, type MemoryOptions } from './gradients.ts';
import type { Optimizer } from './optimizers/optimizer.ts';
import { type Communicator, ownParts } from './parallel/communicator.ts';
import type { Task } from './tasks/task.ts';

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
  const parts = task.split(batch, communicator?.size ?? 1);
  if (parts.length === 0) throw new Error(`task ${task.name}: the batch has nothing to learn from`);
  const own = communicator ? ownParts(parts, communicator) : parts;
  const local = accumulateGradients(model, task, optimizer, own, memory);
  const { scores, packed } = communicator ? await communicator.allReduce(local) : local;
  try {
    // Everything the host wants to know travels together: a read makes the device wait.
    const summary = tf.tidy(() => tf.concat([scores, tf.reshape(sumOfSquares(packed), [1])]));
    const [loss, ...values] = await summary.data().finally(() => summary.dispose());
    const squares = values.pop();
    const gradientNorm = Math.sqrt(squares!);
    const updated = Number.isFinite(loss) && Number.isFinite(gradientNorm);
    if (updated) optimizer.update(packed, { factor, gradientScale: clipScale(gradientNorm, clipNorm) });
    const metrics = Object.fromEntries(task.metrics.map((name, i) => [name, values[i]!]));
    return { loss: loss!, metrics, gradientNorm, updated };
  } finally {
    tf.dispose([scores, ...packed]);
  }
}
