// What the reference step trains: a masked language model and one batch of random tokens, labelled at every position; as a
// task, so that several workers can share the step.
import { softmaxCrossEntropy } from '@orchid-ml/backends/ops';
import { createModel, type SequenceModel } from '@orchid-ml/orchid-models';
import { AdamW, type ReadyTask, type Replica } from '@orchid-ml/trainers';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.ts';

/** What the step is of. */
export interface StepShape {
  readonly batch: number;
  readonly length: number;
  readonly width: number;
  readonly layers: number;
  readonly vocab: number;
  readonly transform: 'dft' | 'dct';
  /** What mixes positions; default `orchid`. Kinds of attention have 2 heads. */
  readonly mixer?: MixerName;
}

const mixers = ['orchid', 'attention', 'hyena', 'linformer', 'reformer', 'routing'] as const;

export type MixerName = (typeof mixers)[number];

/** @throws UsageError for a mixer that there is not */
export function mixerNamed(name: string): MixerName {
  const found = mixers.find((mixer) => mixer === name);
  if (found === undefined) throw new UsageError(`--mixer ${name}: want ${mixers.join(', ')}`);
  return found;
}

/** Whether a step's memory grows with the square of the length, as a prediction has to know. */
export const isQuadratic = (mixer: MixerName | undefined): boolean => mixer === 'attention' || mixer === 'routing';

/** The reference step R of every comparison. */
export const referenceShape: StepShape = {
  batch: 8,
  length: 1024,
  width: 128,
  layers: 2,
  vocab: 64,
  transform: 'dft',
};

/** Token numbers, both [sequences, length]. */
export interface ReferenceBatch {
  readonly ids: Int32Array;
  readonly labels: Int32Array;
  readonly length: number;
}

/**
 * Model, optimizer and task of the step, the same on every call.
 *
 * @throws Error naming the setting that the model does not take
 */
export function makeReferenceReplica(shape: StepShape): Replica<SequenceModel, ReferenceBatch> & {
  readonly task: ReadyTask<SequenceModel, ReferenceBatch>;
  readonly optimizer: AdamW;
} {
  const { length, width, layers, vocab, transform, mixer = 'orchid' } = shape;
  const model = createModel({
    model_type: 'orchid-masked-lm',
    vocab_size: vocab,
    hidden_size: width,
    num_hidden_layers: layers,
    intermediate_size: 4 * width,
    max_position_embeddings: length,
    mixer,
    num_attention_heads: 2,
    conditioning: 'I',
    transform,
    fft_norm: 'forward',
  });
  return { model, task: referenceTask(shape), optimizer: new AdamW(model, { learningRate: 1e-3 }) };
}

function referenceTask(shape: StepShape): ReadyTask<SequenceModel, ReferenceBatch> {
  const { batch, length, vocab } = shape;
  // Random tensors are made on the host, so no engine has to be waited for. (A tidy would look for tensors in what it returns,
  // number by number.)
  const draw = (seed: number) => {
    const uniform = tf.randomUniform([batch * length], 0, vocab, 'float32', seed);
    const ids = new Int32Array(uniform.dataSync());
    uniform.dispose();
    return ids;
  };
  const whole: ReferenceBatch = { ids: draw(1), labels: draw(2), length };
  return {
    name: 'reference',
    settings: { ...shape },
    metrics: [],
    state: null,
    tokensPerBatch: batch * length,
    shape: {
      sequences: batch,
      length,
      blank: (sequences, length) => ({
        ids: new Int32Array(sequences * length),
        labels: new Int32Array(sequences * length),
        length,
      }),
    },
    nextBatch: () => whole,
    loss(model, { ids, labels, length }, { recompute = false } = {}) {
      const given = tf.tensor2d(ids, [ids.length / length, length], 'int32');
      const logits = tf.reshape(model.logits(given, { recompute }), [-1, vocab]) as tf.Tensor2D;
      return { loss: tf.mean(softmaxCrossEntropy(logits, tf.tensor1d(labels, 'int32'))) as tf.Scalar, metrics: {} };
    },
    split({ ids, labels, length }, parts) {
      const sequences = ids.length / length;
      const pieces = Math.min(parts, sequences);
      return Array.from({ length: pieces }, (_, i) => {
        const [start, end] = [Math.floor((i * sequences) / pieces), Math.floor(((i + 1) * sequences) / pieces)];
        const cut = (tokens: Int32Array) => tokens.subarray(start * length, end * length);
        return { batch: { ids: cut(ids), labels: cut(labels), length }, weight: (end - start) / sequences };
      });
    },
    evaluate: () => Promise.reject(new Error('the reference task has nothing to evaluate on')),
  };
}
