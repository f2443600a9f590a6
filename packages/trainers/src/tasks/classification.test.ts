// Classification on small real models: losses by hand, with soft and smoothed labels; scores that repeat; parts that sum up.
import { useBackend } from '@orchid-ml/backends';
import {
  type ExampleBatch,
  ExampleDataset,
  type ExampleSource,
  mixup,
  StreamedDataset,
  type StreamedSource,
} from '@orchid-ml/datasets';
import { Module } from '@orchid-ml/dd-conv';
import { createModel, type OrchidAudio, type OrchidVit } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { AdamW, accumulateGradients, classificationTask, type ExampleClassifier, planMemory, train } from '../index.ts';

/** Pictures of 4 by 4: bright on the left, on the right, or nowhere. */
function pictures(count: number): ExampleSource {
  return {
    labels: Int32Array.from({ length: count }, (_, i) => i % 3),
    classes: ['left', 'right', 'dark'],
    shape: [4, 4, 1],
    read: (index, rng) =>
      Float32Array.from({ length: 16 }, (_, i) => {
        const side = i % 4 < 2 ? 0 : 1;
        return (side === index % 3 ? 1 : 0) + 0.1 * rng.uniform();
      }),
  };
}

/** The mean of the inputs, times a row of weights. */
class Means extends Module {
  readonly config = {} as ExampleClassifier['config'];
  readonly kind = 'orchid-vit' as const;
  readonly seeds: (number | undefined)[] = [];
  readonly weights = this.addParameter('weights', tf.tensor2d([[1, -1, 0.5]]));

  classify(inputs: tf.Tensor, { dropoutSeed }: { dropoutSeed?: number } = {}): tf.Tensor2D {
    this.seeds.push(dropoutSeed);
    const rows = tf.reshape(inputs, [inputs.shape[0]!, -1]);
    return tf.matMul(tf.mean(rows, 1, true) as tf.Tensor2D, this.weights.value as tf.Tensor2D);
  }
}

const options = { train: pictures(30), evaluation: pictures(7), batchSize: 6, seed: 2 };
const body = { hidden_size: 16, num_hidden_layers: 1, mlp_blocks: 1, num_labels: 3 } as const;
const vit = (): OrchidVit =>
  createModel({ ...body, model_type: 'orchid-vit', image_size: 4, patch_size: 2, num_channels: 1 }, { seed: 1 });

/** -Σ target · log softmax of one row. */
function crossEntropy(logits: number[], targets: number[]): number {
  const most = Math.max(...logits);
  const logSum = most + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - most), 0));
  return targets.reduce((sum, target, i) => sum - target * (logits[i]! - logSum), 0);
}

describe.each(['cpu', 'wasm'] as const)('classification on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it('has the loss and the accuracy that its labels say: hard, smoothed, soft', () => {
    const model = new Means();
    const batch: ExampleBatch = {
      inputs: Float32Array.of(1, 3, -2, 0),
      shape: [2],
      labels: Int32Array.of(0, 2),
      batch: 2,
    };
    const logits = [
      [2, -2, 1],
      [-1, 1, -0.5],
    ];
    const scores = (labelSmoothing: number, given: ExampleBatch) => {
      const task = classificationTask({ data: new ExampleDataset(options), labelSmoothing });
      const [loss, accuracy] = tf.tidy(() => {
        const { loss, metrics } = task.loss(model, given);
        return tf.stack([loss, metrics.accuracy!]).dataSync();
      });
      expect(accuracy).toBe(0.5);
      return loss!;
    };
    const mean = (...targets: number[][]) =>
      targets.reduce((sum, row, i) => sum + crossEntropy(logits[i]!, row), 0) / targets.length;
    expect(scores(0, batch)).toBeCloseTo(mean([1, 0, 0], [0, 0, 1]), 5);
    expect(scores(0.3, batch)).toBeCloseTo(mean([0.8, 0.1, 0.1], [0.1, 0.1, 0.8]), 5);
    const targets = Float32Array.of(0.5, 0.5, 0, 0, 0.25, 0.75);
    expect(scores(0, { ...batch, targets })).toBeCloseTo(mean([0.5, 0.5, 0], [0, 0.25, 0.75]), 5);
    expect(scores(0.6, { ...batch, targets })).toBeCloseTo(mean([0.4, 0.4, 0.2], [0.2, 0.3, 0.5]), 5);
    model.dispose();
  });

  it('evaluates the same examples each time, in pieces too, without smoothing', async () => {
    const model = new Means();
    const data = new ExampleDataset(options);
    const task = classificationTask({ data, labelSmoothing: 0.2, evaluationExamples: 5 });
    const before = tf.memory().numTensors;
    const scores = await task.evaluate(model);
    expect(await task.evaluate(model)).toEqual(scores);
    const inPieces = await task.evaluate(model, undefined, 3);
    expect(inPieces.loss).toBeCloseTo(scores.loss, 5);
    expect(inPieces.accuracy).toBe(scores.accuracy);
    expect((await task.test(model, data.evalBatches(5))).loss).toBeCloseTo(scores.loss, 6);
    const plain = classificationTask({ data, evaluationExamples: 5 });
    expect(await plain.evaluate(model)).toEqual(scores);
    expect(scores.accuracy! * 5).toBeCloseTo(Math.round(scores.accuracy! * 5), 6);
    const shares = await Promise.all([0, 1].map((rank) => plain.tally!(model, { rank, size: 2 })));
    expect(shares.reduce((sum, { count }) => sum + count, 0)).toBe(5);
    expect(tf.memory().numTensors).toBe(before);
    expect(new Set(model.seeds)).toEqual(new Set([undefined]));
    model.dispose();
  });

  it('sums the parts of a batch to the whole, with soft labels, and gives each part masks of its own', () => {
    const data = new ExampleDataset({ ...options, batchTransform: mixup(1) });
    const task = classificationTask({ data, labelSmoothing: 0.1 });
    const model = new Means();
    task.nextBatch();
    const batch = task.nextBatch();
    expect(batch.targets).toBeDefined();
    const optimizer = new AdamW(model, { learningRate: 1, weightDecay: 0 });
    const sums = [1, 3].map((microBatches) =>
      accumulateGradients(model, task, optimizer, [{ batch, weight: 1 }], { microBatches }),
    );
    const [whole, parts] = sums.map(({ scores, packed }) => [scores, ...packed].flatMap((one) => [...one.dataSync()]));
    for (const [i, value] of whole!.entries()) expect(parts![i]).toBeCloseTo(value, 5);
    expect(model.seeds).toEqual([6, 6, 8, 10]);
    for (const { scores, packed } of sums) tf.dispose([scores, ...packed]);
    optimizer.dispose();
    model.dispose();
  });

  it('learns to tell pictures apart, and repeats', async () => {
    const losses: number[][] = [];
    for (const _ of [0, 1]) {
      const model = vit();
      const task = classificationTask({ data: new ExampleDataset(options) });
      const optimizer = new AdamW(model, { learningRate: 1e-2, weightDecay: 0 });
      const course: number[] = [];
      const { scores } = await train({
        model,
        task,
        optimizer,
        steps: 25,
        evaluateEvery: 25,
        callbacks: { onStep: ({ loss }) => void course.push(loss) },
      });
      expect(scores!.accuracy).toBe(1);
      losses.push(course);
      optimizer.dispose();
      model.dispose();
    }
    expect(losses[0]).toEqual(losses[1]);
  });

  it('takes waveforms', async () => {
    const waves: ExampleSource = {
      labels: Int32Array.of(0, 1, 0, 1),
      classes: ['low', 'high'],
      shape: [64],
      read: (index) => Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * (index % 2 ? 1.5 : 0.2))),
    };
    const model: OrchidAudio = createModel({
      ...body,
      num_labels: 2,
      model_type: 'orchid-audio',
      max_samples: 64,
      conv_dim: [8],
      conv_kernel: [8],
      conv_stride: [4],
    });
    const data = new ExampleDataset({ train: waves, evaluation: waves, batchSize: 2, seed: 0 });
    const { loss, accuracy } = await classificationTask({ data }).evaluate(model);
    expect(loss).toBeGreaterThan(0);
    expect([0, 0.25, 0.5, 0.75, 1]).toContain(accuracy);
    model.dispose();
  });
});

describe('classification', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it('trains on a stream as on memory, and goes on from a checkpoint', async () => {
    const asStream = ({ read, ...list }: ExampleSource): StreamedSource => ({
      ...list,
      read: async (index, rng) => read(index, rng),
    });
    const streamed = { ...options, train: asStream(options.train), evaluation: asStream(options.evaluation) };
    const run = async (data: ExampleDataset | StreamedDataset) => {
      const model = vit();
      const optimizer = new AdamW(model, { learningRate: 1e-2, weightDecay: 0 });
      const losses: number[] = [];
      const task = classificationTask({ data });
      const callbacks = { onStep: ({ loss }: { loss: number }) => void losses.push(loss) };
      const { scores } = await train({ model, task, optimizer, steps: 7, evaluateEvery: 7, callbacks });
      optimizer.dispose();
      model.dispose();
      return { losses, scores, state: task.state };
    };
    const [memory, stream] = [await run(new ExampleDataset(options)), await run(new StreamedDataset(streamed))];
    expect(stream).toEqual(memory);
    expect(memory.state).toEqual({ batches: 7 });
  });

  it('predicts the memory of a step', () => {
    const model = vit();
    const task = classificationTask({ data: new ExampleDataset(options), tokensPerExample: 4 });
    const optimizer = new AdamW(model, { learningRate: 1e-2, weightDecay: 0 });
    expect(task.tokensPerBatch).toBe(24);
    const plan = planMemory(model, task, optimizer);
    expect(plan.microBatches).toBe(1);
    expect(plan.predicted!.stepBytes).toBeGreaterThan(1000);
    expect(task.state).toEqual({ batches: 0 });
    optimizer.dispose();
    model.dispose();
  });

  it.each([
    [{ labelSmoothing: 1 }, 'classificationTask: labelSmoothing is 1; want a number from 0 to below 1'],
    [{ evaluationExamples: 0 }, 'classificationTask: evaluationExamples is 0; want at least 1'],
  ])('refuses %o', (changed, message) => {
    expect(() => classificationTask({ data: new ExampleDataset(options), ...changed })).toThrow(message);
  });
});
