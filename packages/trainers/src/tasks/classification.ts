// Telling classes apart as a task, whatever the examples are: images, sounds, anything that a model's `classify` takes.
import { softmaxCrossEntropy } from '@orchid-ml/backends/ops';
import { type ExampleBatch, type ExampleDataset, type StreamedDataset, softLabels } from '@orchid-ml/datasets';
import type { Classifier } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import { accuracy } from './accuracy.ts';
import { spans } from './spans.ts';
import { type Counted, scoresOf, tally, WHOLE } from './tally.ts';
import type { LossAndMetrics, LossOptions, Part, ReadyTask, Scores, Task } from './task.ts';

/** A model that takes float32 [B, ...shape]. */
export type ExampleClassifier = Classifier<tf.Tensor>;

/** Examples of a step, and what the masks of dropout follow from; without it nothing is dropped, as in an evaluation. */
export interface ClassificationBatch extends ExampleBatch {
  readonly dropoutSeed?: number;
}

export interface ClassificationOptions<Data extends ExampleDataset | StreamedDataset> {
  readonly data: Data;
  /** Of a checkpoint's record. Default `classification`. */
  readonly name?: string;
  /** Share of each training label that is spread over all classes. Default 0. */
  readonly labelSmoothing?: number;
  /** Examples an evaluation uses at most, spread evenly. Default: all. */
  readonly evaluationExamples?: number;
  /** Positions that the model makes of an example, for the speed. Default 1: examples are counted. */
  readonly tokensPerExample?: number;
  /** Further settings that workers and checkpoints are to agree on, such as what augments the examples. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

interface Testing {
  /**
   * Loss and accuracy on other examples.
   *
   * @param pieces batches are cut into so many, for the memory; default 1
   */
  test(
    model: ExampleClassifier,
    batches: Iterable<ExampleBatch> | AsyncIterable<ExampleBatch>,
    signal?: AbortSignal,
    pieces?: number,
  ): Promise<Scores>;
}

export type ClassificationTask = Task<ExampleClassifier, ClassificationBatch> & Testing;
export type ReadyClassificationTask = ReadyTask<ExampleClassifier, ClassificationBatch> & Testing;

/**
 * The loss is the mean cross entropy, of soft labels where a batch has them; accuracy is the share of examples whose
 * likeliest class is their label. Batches of a data set in memory are at hand; of a streamed one they are promised.
 *
 * @throws Error naming the option that does not fit
 */
export function classificationTask(options: ClassificationOptions<ExampleDataset>): ReadyClassificationTask;
export function classificationTask(
  options: ClassificationOptions<ExampleDataset | StreamedDataset>,
): ClassificationTask;
export function classificationTask(
  options: ClassificationOptions<ExampleDataset | StreamedDataset>,
): ClassificationTask {
  const { data, labelSmoothing = 0, evaluationExamples, tokensPerExample = 1 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new Error(`classificationTask: labelSmoothing is ${labelSmoothing}; want a number from 0 to below 1`);
  }
  if (evaluationExamples !== undefined && !(evaluationExamples >= 1)) {
    throw new Error(`classificationTask: evaluationExamples is ${evaluationExamples}; want at least 1`);
  }
  const { batchSize, shape, classes } = data;

  async function* inPieces(
    batches: Iterable<ExampleBatch> | AsyncIterable<ExampleBatch>,
    pieces: number,
  ): AsyncGenerator<{ batch: ClassificationBatch; count: number }> {
    for await (const whole of batches) {
      for (const { batch } of splitByExamples(whole, pieces)) yield { batch, count: batch.batch };
    }
  }
  const heldOut = (pieces: number): Counted<ClassificationBatch> =>
    inPieces(data.evalBatches(evaluationExamples), pieces);
  const score = (model: ExampleClassifier) => (batch: ClassificationBatch) => lossAndAccuracy(model, batch, {}, 0);
  /** Parts of a batch are to have other masks, as are batches: no two share an example's number. */
  const asTraining = (batch: ExampleBatch, number: number): ClassificationBatch => ({
    ...batch,
    dropoutSeed: number * batchSize,
  });

  return {
    name: options.name ?? 'classification',
    settings: {
      ...options.settings,
      batchSize,
      shape,
      classes: classes.length,
      labelSmoothing,
      trainExamples: data.trainCount,
      evaluationExamples: evaluationExamples ?? data.evaluationCount,
    },
    metrics: ['accuracy'],
    tokensPerBatch: batchSize * tokensPerExample,
    get state(): unknown {
      return data.state;
    },
    set state(state: unknown) {
      data.state = state as typeof data.state;
    },
    // An example is always of one size: it counts as one position.
    shape: { sequences: batchSize, length: 1, blank: (batch) => blank(batch, shape, classes.length) },
    nextBatch() {
      const { batches } = data.state;
      const batch = data.trainBatch();
      return batch instanceof Promise ? batch.then((ready) => asTraining(ready, batches)) : asTraining(batch, batches);
    },
    loss: (model, batch, lossOptions) => lossAndAccuracy(model, batch, lossOptions, labelSmoothing),
    split: splitByExamples,
    evaluate: async (model, signal, pieces = 1) =>
      scoresOf([await tally(heldOut(pieces), score(model), WHOLE, signal)]),
    tally: (model, share, signal, pieces = 1) => tally(heldOut(pieces), score(model), share, signal),
    test: async (model, batches, signal, pieces = 1) =>
      scoresOf([await tally(inPieces(batches, pieces), score(model), WHOLE, signal)]),
  };
}

/** With soft labels, as they take more memory than labels. */
function blank(batch: number, shape: readonly number[], classes: number): ClassificationBatch {
  const size = shape.reduce((product, side) => product * side, 1);
  const inputs = new Float32Array(batch * size);
  const targets = new Float32Array(batch * classes).fill(1 / classes);
  return { inputs, shape, labels: new Int32Array(batch), targets, batch, dropoutSeed: 0 };
}

function splitByExamples(whole: ClassificationBatch, parts: number): Part<ClassificationBatch>[] {
  const { inputs, shape, labels, targets, batch, dropoutSeed } = whole;
  const of = (values: Float32Array, start: number, end: number) => {
    const size = values.length / batch;
    return values.subarray(start * size, end * size);
  };
  return spans(batch, parts).map(([start, end]) => ({
    batch: {
      inputs: of(inputs, start, end),
      shape,
      labels: labels.subarray(start, end),
      ...(targets && { targets: of(targets, start, end) }),
      batch: end - start,
      ...(dropoutSeed !== undefined && { dropoutSeed: dropoutSeed + start }),
    },
    weight: (end - start) / batch,
  }));
}

function lossAndAccuracy(
  model: ExampleClassifier,
  batch: ClassificationBatch,
  { recompute = false }: LossOptions = {},
  labelSmoothing: number,
): LossAndMetrics {
  const { inputs, shape, labels, targets, dropoutSeed } = batch;
  const given = tf.tensor(inputs, [batch.batch, ...shape], 'float32');
  const options = { recompute, ...(dropoutSeed !== undefined && { dropoutSeed }) };
  const logits = model.classify(given, options) as tf.Tensor2D;
  const wanted = tf.tensor1d(labels, 'int32');
  const loss =
    targets === undefined && labelSmoothing === 0
      ? softmaxCrossEntropy(logits, wanted)
      : softCrossEntropy(logits, batch, labelSmoothing);
  return { loss: tf.mean(loss) as tf.Scalar, metrics: { accuracy: accuracy(logits, wanted) } };
}

/** -Σ target · log softmax per row, [B], where a share of each target is spread over all classes. */
function softCrossEntropy(logits: tf.Tensor2D, batch: ClassificationBatch, smoothing: number): tf.Tensor1D {
  const classes = logits.shape[1];
  const soft = softLabels(batch, classes).map((value) => (1 - smoothing) * value + smoothing / classes);
  const targets = tf.tensor2d(soft, [batch.batch, classes]);
  return tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)) as tf.Tensor1D;
}
