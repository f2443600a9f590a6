// The training step that `orchid bench step` times, in a module that touches nothing of Node's, so that a page times the
// very same step.
import { variableGradients } from '@orchid-ml/backends/autodiff';
import { parameterCount } from '@orchid-ml/orchid-models';
import type * as tf from '@tensorflow/tfjs-core';
import { makeReferenceReplica, type StepShape } from './reference-task.ts';

/** The parts of a step, in order. */
export const phases = ['forward', 'backward', 'optimizer'] as const;
export type Phase = (typeof phases)[number];

export interface ReferenceStep {
  readonly parameters: number;
  /**
   * One step: forward, backward, AdamW. The loss, a scalar, is the caller's to dispose of.
   *
   * @param enter called as each phase begins
   */
  run(enter?: (phase: Phase) => void): tf.Scalar;
  dispose(): void;
}

/**
 * The step, ready to run; the current engine makes its tensors.
 *
 * @param recompute whether blocks keep their inputs alone and run again on the way back
 * @throws Error naming the setting that the model does not take
 */
export function makeReferenceStep(shape: StepShape, recompute = false): ReferenceStep {
  const { model, task, optimizer } = makeReferenceReplica(shape);
  const batch = task.nextBatch();
  const names = new Map([...model.namedParameters()].map(([name, { variable }]) => [variable.name, name]));
  return {
    parameters: parameterCount(model),
    run(enter = () => {}) {
      enter('forward');
      const { value, grads } = variableGradients(() => {
        const { loss } = task.loss(model, batch, { recompute });
        enter('backward');
        return loss;
      }, model.trainableVariables());
      enter('optimizer');
      optimizer.step(new Map(Object.entries(grads).map(([variable, gradient]) => [names.get(variable)!, gradient])));
      for (const gradient of Object.values(grads)) gradient.dispose();
      return value;
    },
    dispose() {
      optimizer.dispose();
      model.dispose();
    },
  };
}
