// A batch in parts is the batch: loss, metrics and gradients add up, whatever the parts and the masks.
import { useBackend } from '@orchid-ml/backends';
import type { MlmBatch } from '@orchid-ml/datasets';
import { MlmDataset } from '@orchid-ml/datasets';
import { createModel, type SequenceModel } from '@orchid-ml/orchid-models';
import { CharTokenizer } from '@orchid-ml/tokenizers';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  AdamW,
  accumulateGradients,
  type MemoryOptions,
  mlmTask,
  recallTask,
  type Task,
  trainingStep,
} from './index.ts';

const small = { hidden_size: 16, num_hidden_layers: 1, intermediate_size: 32, transform: 'dct' } as const;

const made: { dispose(): void }[] = [];
afterEach(() => {
  for (const one of made.splice(0)) one.dispose();
});

function recall() {
  const model = createModel({ ...small, model_type: 'orchid-recall', vocab_size: 10, max_position_embeddings: 12 });
  const task = recallTask({ length: 12, vocabSize: 10, batchSize: 7, seed: 1 });
  const optimizer = new AdamW(model);
  made.push(model, optimizer);
  return { model, task, optimizer };
}

function mlm() {
  const text = 'the quick brown fox jumps over the lazy dog. '.repeat(12);
  const tokenizer = CharTokenizer.fromText(text);
  const ids = tokenizer.encode(text);
  const dataset = new MlmDataset({ ids, tokenizer, length: 12, batchSize: 7, seed: 3 });
  const vocab_size = tokenizer.vocabSize;
  const model = createModel({ ...small, model_type: 'orchid-masked-lm', vocab_size, max_position_embeddings: 12 });
  const optimizer = new AdamW(model);
  made.push(model, optimizer);
  return { model, task: mlmTask({ dataset }), optimizer };
}

/** A batch whose masks are in the sequences named alone. */
function masksOnlyIn(batch: MlmBatch, sequences: readonly number[]): MlmBatch {
  const positions = sequences.flatMap((sequence) => [0, 3, 7].map((at) => sequence * batch.length + at));
  const maskedPositions = Int32Array.from(positions);
  return { ...batch, maskedPositions, maskedLabels: maskedPositions.map((_, i) => 1 + (i % 5)) };
}

/** Equal within `tolerance` of the largest magnitude. */
function expectClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  const largest = Math.max(...Array.from(wanted, Math.abs));
  const worst = Math.max(...Array.from(wanted, (value, i) => Math.abs(value - actual[i]!)));
  expect(actual.length).toBe(wanted.length);
  expect(worst).toBeLessThanOrEqual(tolerance * largest);
}

async function numbers<B>(
  model: SequenceModel,
  task: Task<SequenceModel, B>,
  optimizer: AdamW,
  batch: B,
  parts: number,
  memory: MemoryOptions = {},
) {
  const { scores, packed } = accumulateGradients(model, task, optimizer, task.split(batch, parts), memory);
  const values = { scores: await scores.array(), gradients: await Promise.all(packed.map((vector) => vector.data())) };
  tf.dispose([scores, ...packed]);
  return values;
}

/** The batch in so many parts against the batch as it is, to float32 rounding. */
async function expectSum<B>(made: { model: SequenceModel; task: Task<SequenceModel, B>; optimizer: AdamW }, batch: B) {
  const { model, task, optimizer } = made;
  const before = tf.memory().numTensors;
  const whole = tf.tidy(() => {
    const { loss, metrics } = task.loss(model, batch);
    return tf.stack([loss, ...task.metrics.map((name) => metrics[name]!)]);
  });
  const wanted = (await whole.array()) as number[];
  whole.dispose();
  const one = await numbers(model, task, optimizer, batch, 1);
  expect(one.gradients.some((vector) => vector.some((value) => value !== 0))).toBe(true);
  const ways: [parts: number, memory?: MemoryOptions][] = [[1], [2], [3], [100]];
  ways.push([1, { microBatches: 3 }], [2, { microBatches: 2, recompute: true }], [1, { recompute: true }]);
  for (const [parts, memory] of ways) {
    const sum = await numbers(model, task, optimizer, batch, parts, memory);
    sum.scores.forEach((score, i) => {
      expect(score).toBeCloseTo(wanted[i]!, 5);
    });
    for (const [i, vector] of sum.gradients.entries()) {
      expectClose(vector, one.gradients[i]!, 3e-6);
    }
  }
  expect(tf.memory().numTensors).toBe(before);
}

describe.each(['cpu', 'wasm'] as const)('a batch in parts, on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it('recall', async () => {
    const made = recall();
    await expectSum(made, made.task.nextBatch());
  });

  it('mlm', async () => {
    const made = mlm();
    await expectSum(made, made.task.nextBatch());
  });

  it('mlm with sequences that have no mask', async () => {
    const made = mlm();
    const batch = masksOnlyIn(made.task.nextBatch(), [1, 5]);
    await expectSum(made, batch);
    const parts = made.task.split(batch, 7);
    expect(parts.map(({ weight }) => weight)).toEqual([0.5, 0.5]);
    expect(parts.map(({ batch }) => [...batch.maskedPositions])).toEqual([
      [0, 3, 7],
      [0, 3, 7],
    ]);
  });

  it('no part gives zeros; a step without any is refused, with nothing changed', async () => {
    const { model, task, optimizer } = mlm();
    const batch = masksOnlyIn(task.nextBatch(), []);
    const before = tf.memory().numTensors;
    const { scores, gradients } = await numbers(model, task, optimizer, batch, 3);
    expect(scores).toEqual([0, 0]);
    expect(gradients.every((vector) => vector.every((value) => value === 0))).toBe(true);
    await expect(trainingStep(model, task, optimizer, batch, { factor: 1, clipNorm: 1 })).rejects.toThrow(
      'task mlm: the batch has nothing to learn from',
    );
    expect(optimizer.steps).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a later part that fails leaves no tensor', () => {
    const { model, task, optimizer } = recall();
    const [first, second] = task.split(task.nextBatch(), 2);
    const before = tf.memory().numTensors;
    const bad = { ...second!, batch: { ...second!.batch, labels: new Int32Array(1) } };
    expect(() => accumulateGradients(model, task, optimizer, [first!, bad])).toThrow('labels');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('split', () => {
  it('cuts in order, nearly equally, with weights that add up to 1', () => {
    const { task } = recall();
    const batch = task.nextBatch();
    const parts = task.split(batch, 3);
    expect(parts.map(({ batch }) => batch.batch)).toEqual([2, 2, 3]);
    expect(parts.flatMap(({ batch }) => [...batch.ids])).toEqual([...batch.ids]);
    expect(parts.flatMap(({ batch }) => [...batch.labels])).toEqual([...batch.labels]);
    expect(parts.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(task.split(batch, 100)).toHaveLength(7);
    expect(task.split(batch, 1)).toEqual([{ batch, weight: 1 }]);
  });

  it('says what is wrong', () => {
    const { task } = recall();
    for (const parts of [0, 1.5, Number.NaN]) {
      expect(() => task.split(task.nextBatch(), parts)).toThrow(
        `split: parts is ${parts}; want an integer of at least 1`,
      );
    }
  });
});
