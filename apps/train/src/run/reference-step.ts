// The training step that `orchid bench step` times, in a module that touches nothing of Node's, so that a page times the
// very same step.
import { softmaxCrossEntropy } from '@orchid-ml/backends/ops';
import { createModel, parameterCount } from '@orchid-ml/orchid-models';
import { AdamW } from '@orchid-ml/trainers';
import * as tf from '@tensorflow/tfjs-core';

/** What the step is of. */
export interface StepShape {
  readonly batch: number;
  readonly length: number;
  readonly width: number;
  readonly layers: number;
  readonly vocab: number;
  readonly transform: 'dft' | 'dct';
}

/** The reference step R of every comparison. */
export const referenceShape: StepShape = {
  batch: 8,
  length: 1024,
  width: 128,
  layers: 2,
  vocab: 64,
  transform: 'dft',
};

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
 * Model, optimizer and one batch of random tokens, whose labels are at every position.
 *
 * @throws Error naming the setting that the model does not take
 */
export function makeReferenceStep({ batch, length, width, layers, vocab, transform }: StepShape): ReferenceStep {
  const model = createModel({
    model_type: 'orchid-masked-lm',
    vocab_size: vocab,
    hidden_size: width,
    num_hidden_layers: layers,
    intermediate_size: 4 * width,
    max_position_embeddings: length,
    conditioning: 'I',
    transform,
    fft_norm: 'forward',
  });
  const optimizer = new AdamW(model, { learningRate: 1e-3 });
  const draw = (seed: number) =>
    tf.tidy(() => tf.cast(tf.randomUniform([batch, length], 0, vocab, 'float32', seed), 'int32'));
  const ids = draw(1) as tf.Tensor2D;
  const labels = tf.tidy(() => tf.reshape(draw(2), [-1])) as tf.Tensor1D;
  const names = new Map([...model.namedParameters()].map(([name, { variable }]) => [variable.name, name]));
  return {
    parameters: parameterCount(model),
    run(enter = () => {}) {
      enter('forward');
      const { value, grads } = tf.variableGrads(() => {
        const logits = tf.reshape(model.logits(ids), [-1, vocab]) as tf.Tensor2D;
        const loss = tf.mean(softmaxCrossEntropy(logits, labels)) as tf.Scalar;
        enter('backward');
        return loss;
      }, model.trainableVariables());
      enter('optimizer');
      optimizer.step(new Map(Object.entries(grads).map(([variable, gradient]) => [names.get(variable)!, gradient])));
      tf.dispose(grads);
      return value;
    },
    dispose() {
      tf.dispose([ids, labels]);
      optimizer.dispose();
      model.dispose();
    },
  };
}
