// Loss, metrics and gradients of a batch in parts: what a step of one thread, of many threads and of many small batches
// have in common.
import { variableGradients } from '@orchid-ml/backends/autodiff';
import type { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from './optimizers/optimizer.ts';
import type { Part, Task } from './tasks/task.ts';

export interface Accumulated {
  /** [1 + metrics]: the loss, then the task's metrics in its order; weighted sums over the parts */
  readonly scores: tf.Tensor1D;
  /** the gradients as {@link Optimizer.pack} lays them out; weighted sums over the parts */
  readonly packed: tf.Tensor1D[];
}

/** What is traded for memory; the results are the same, to float32 rounding. */
export interface MemoryOptions {
  /** Each part is cut into so many smaller ones (fewer where it has fewer sequences). Default 1. */
  readonly microBatches?: number;
  /** The model keeps the inputs of its blocks alone and runs each once more on the way back. Default false. */
  readonly recompute?: boolean;
}

/**
 * Computes the weighted parts one after another and sums what they give. Every tensor returned is the caller's.
 *
 * @param parts of {@link Task.split}; memory is needed for the largest of them, not for their sum. Of no parts all sums are 0.
 * @throws Error when the task lists a metric that its loss does not give, and whatever the engine or the optimizer throws;
 *   no tensor is left behind then
 */
export function accumulateGradients<M extends Module, B>(
  model: M,
  task: Task<M, B>,
  optimizer: Optimizer,
  parts: readonly Part<B>[],
  { microBatches = 1, recompute = false }: MemoryOptions = {},
): Accumulated {
  const variables = new Map<string, tf.Variable>();
  for (const [name, { variable }] of model.namedParameters()) if (variable.trainable) variables.set(name, variable);
  const pieces = parts.flatMap(({ batch, weight }) =>
    task.split(batch, microBatches).map((piece) => ({ batch: piece.batch, weight: weight * piece.weight })),
  );
  const compute = (piece: Part<B>) => gradientsOf(model, task, optimizer, variables, piece, recompute);
  const [first, ...others] = pieces;
  let sums = tf.tidy(() => (first ? compute(first) : zeros(task, optimizer, variables)));
  for (const piece of others) {
    const before = sums;
    try {
      sums = tf.tidy(() => compute(piece).map((value, i) => tf.add(before[i]!, value)));
    } finally {
      tf.dispose(before);
    }
  }
  const [scores, ...packed] = sums as [tf.Tensor1D, ...tf.Tensor1D[]];
  return { scores, packed };
}

type Variables = ReadonlyMap<string, tf.Variable>;

function zeros<M extends Module, B>(task: Task<M, B>, optimizer: Optimizer, variables: Variables): tf.Tensor1D[] {
  const gradients = new Map([...variables].map(([name, variable]) => [name, tf.zerosLike(variable) as tf.Tensor]));
  return [tf.zeros([1 + task.metrics.length]), ...optimizer.pack(gradients)];
}

/** Scores and packed gradients of one part, times its weight; called inside a tidy. */
function gradientsOf<M extends Module, B>(
  model: M,
  task: Task<M, B>,
  optimizer: Optimizer,
  variables: Variables,
  { batch, weight }: Part<B>,
  recompute: boolean,
): tf.Tensor1D[] {
  const weighted = <T extends tf.Tensor>(tensor: T): T => (weight === 1 ? tensor : tf.mul(tensor, weight));
  let scores: tf.Tensor1D | undefined;
  try {
    const { grads } = variableGradients(() => {
      const { loss, metrics } = task.loss(model, batch, { recompute });
      const values = task.metrics.map((name) => {
        const metric = metrics[name];
        if (!metric) throw new Error(`task ${task.name}: loss() gives no metric '${name}', which the task lists`);
        return metric;
      });
      // What is made in here is freed, but for the loss.
      scores = tf.keep(tf.stack([loss, ...values].map(weighted))) as tf.Tensor1D;
      // Scaling the loss scales every gradient, for the price of one number.
      return weighted(loss);
    }, [...variables.values()]);
    const gradients = new Map<string, tf.Tensor>();
    for (const [name, variable] of variables) {
      const gradient = grads[variable.name];
      // The optimizer says which one is missing.
      if (gradient) gradients.set(name, gradient);
    }
    // A kept tensor is not the tidy's; its copy is.
    return [tf.clone(scores!), ...optimizer.pack(gradients)];
  } finally {
    scores?.dispose();
  }
}
