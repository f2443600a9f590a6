// One step of training: loss, gradients, one read from the device, and the update if all of it is finite.
import type { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { clipScale, sumOfSquares } from './clip.ts';
import type { Optimizer } from './optimizers/optimizer.ts';
import type { Task } from './tasks/task.ts';

export interface StepOptions {
  /** The schedule's factor. */
  readonly factor: number;
  /** Largest global gradient norm; null: no clipping. */
  readonly clipNorm: number | null;
}

export interface StepResult {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** False: the loss or the gradient is not finite, and nothing was updated. */
  readonly updated: boolean;
}

/** Makes one update from one batch. Tensors are as many afterwards as before. */
export async function trainingStep<M extends Module, B>(
  model: M,
  task: Task<M, B>,
  optimizer: Optimizer,
  batch: B,
  { factor, clipNorm }: StepOptions,
): Promise<StepResult> {
  const [summary, ...packed] = tf.tidy(() => {
    const { loss, metrics, gradients } = lossAndGradients(model, task, batch);
    try {
      const packed = optimizer.pack(gradients);
      // Everything the host wants to know travels together: a read makes the device wait.
      return [tf.stack([loss, sumOfSquares(packed), ...metrics]), ...packed];
    } finally {
      tf.dispose(metrics);
    }
  }) as [tf.Tensor1D, ...tf.Tensor1D[]];
  try {
    const [loss, squares, ...values] = await summary.data();
    const gradientNorm = Math.sqrt(squares!);
    const updated = Number.isFinite(loss) && Number.isFinite(gradientNorm);
    if (updated) optimizer.update(packed, { factor, gradientScale: clipScale(gradientNorm, clipNorm) });
    const metrics = Object.fromEntries(task.metrics.map((name, i) => [name, values[i]!]));
    return { loss: loss!, metrics, gradientNorm, updated };
  } finally {
    tf.dispose([summary, ...packed]);
  }
}

/** To be called inside a tidy, which owns the loss and the gradients; the metrics are the caller's to dispose of. */
function lossAndGradients<M extends Module, B>(model: M, task: Task<M, B>, batch: B) {
  const nameOf = new Map<string, string>();
  const variables: tf.Variable[] = [];
  for (const [name, { variable }] of model.namedParameters()) {
    if (!variable.trainable) continue;
    nameOf.set(variable.name, name);
    variables.push(variable);
  }
  let metrics: tf.Scalar[] = [];
  const { value, grads } = tf.variableGrads(() => {
    const result = task.loss(model, batch);
    metrics = task.metrics.map((name) => {
      const metric = result.metrics[name];
      if (!metric) throw new Error(`task ${task.name}: loss() gives no metric '${name}', which the task lists`);
      // variableGrads would free it; a copy, because the loss itself may be a metric too.
      return tf.keep(tf.clone(metric));
    });
    return result.loss;
  }, variables);
  const gradients = new Map(Object.entries(grads).map(([variable, gradient]) => [nameOf.get(variable)!, gradient]));
  return { loss: value, metrics, gradients };
}
