// The training step that `orchid bench step` times, in a module that touches nothing of Node's, so that a page times the
// very same step.
import { parameterCount } from '@orchid-ml/orchid-models';
import { accumulateGradients, type MemoryOptions, planMemory } from '@orchid-ml/trainers';
import * as tf from '@tensorflow/tfjs-core';
import { isQuadratic, makeReferenceReplica, type StepShape } from './reference-task.ts';

/** The parts of a step, in order. */
export const phases = ['forward', 'backward', 'optimizer'] as const;
export type Phase = (typeof phases)[number];

export interface ReferenceStep {
  readonly parameters: number;
  /**
   * One step: forward, backward, AdamW. The loss [1] is the caller's to dispose of.
   *
   * @param enter called as each phase begins
   */
  run(enter?: (phase: Phase) => void): tf.Tensor1D;
  /**
   * The most that a step will have in use on the engine's heap, model and all: bytes; null on other engines than wasm.
   *
   * @throws StepTooLargeError when that is more than there is
   */
  predictedBytes(): number | null;
  dispose(): void;
}

/**
 * The step, ready to run; the current engine makes its tensors.
 *
 * @param memory what is traded for memory: micro-batches, recomputation
 * @throws Error naming the setting that the model does not take
 */
export function makeReferenceStep(shape: StepShape, memory: MemoryOptions = {}): ReferenceStep {
  const { model, task, optimizer } = makeReferenceReplica(shape);
  const batch = task.nextBatch();
  return {
    parameters: parameterCount(model),
    run(enter = () => {}) {
      const watched: typeof task = {
        ...task,
        loss(...given) {
          enter('forward');
          const loss = task.loss(...given);
          enter('backward');
          return loss;
        },
      };
      const { scores, packed } = accumulateGradients(model, watched, optimizer, [{ batch, weight: 1 }], memory);
      enter('optimizer');
      optimizer.update(packed);
      tf.dispose(packed);
      return scores;
    },
    predictedBytes() {
      const { predicted } = planMemory(model, task, optimizer, {
        microBatchSize: Math.ceil(shape.batch / (memory.microBatches ?? 1)),
        recompute: memory.recompute ? 'always' : 'never',
        isQuadratic: isQuadratic(shape.mixer),
      });
      return predicted && predicted.usedBytes + predicted.stepBytes;
    },
    dispose() {
      optimizer.dispose();
      model.dispose();
    },
  };
}
