// Both tasks on small real models: losses where an untrained model's must be, scores that repeat, nothing left behind.
import { useBackend } from '@orchid-ml/backends';
import { MlmDataset, MlmStream } from '@orchid-ml/datasets';
import { createModel, type SequenceModel } from '@orchid-ml/orchid-models';
import { CharTokenizer } from '@orchid-ml/tokenizers';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AdamW, mlmTask, recallTask, train } from '../index.ts';

const small = { hidden_size: 16, num_hidden_layers: 1, intermediate_size: 32, transform: 'dct' } as const;

let model: SequenceModel | undefined;
afterEach(() => {
  model?.dispose();
  model = undefined;
});

describe.each(['cpu', 'wasm'] as const)('tasks on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it('recall: scores fresh sequences, the same ones each time, and trains', async () => {
    const length = 12;
    model = createModel({ ...small, model_type: 'orchid-recall', vocab_size: 10, max_position_embeddings: length });
    const options = { length, vocabSize: 10, batchSize: 8, seed: 1, evaluationSequences: 20 };
    const task = recallTask(options);
    const before = tf.memory().numTensors;
    const scores = await task.evaluate(model);
    expect(await task.evaluate(model)).toEqual(scores);
    const inPieces = await task.evaluate(model, undefined, 3);
    expect(inPieces.loss).toBeCloseTo(scores.loss, 5);
    expect(inPieces.accuracy).toBe(scores.accuracy);
    expect(tf.memory().numTensors).toBe(before);
    expect(scores.loss).toBeGreaterThan(1.5);
    expect(scores.loss).toBeLessThan(4);
    // 20 sequences: accuracy is a multiple of 1/20, although the last batch holds only 4.
    expect(scores.accuracy! * 20).toBeCloseTo(Math.round(scores.accuracy! * 20), 9);
    expect(await task.test(model, 20)).not.toEqual(scores);
    const optimizer = new AdamW(model, { learningRate: 2e-3, weightDecay: 0 });
    const kept = tf.memory().numTensors;
    const { means } = await train({ model, task, optimizer, steps: 3, evaluateEvery: 3 });
    expect(tf.memory().numTensors).toBe(kept);
    expect(Object.keys(means)).toEqual(['loss', 'accuracy']);
    optimizer.dispose();
  });

  it('mlm: counts masked positions only, and trains', async () => {
    const text = 'the quick brown fox jumps over the lazy dog. '.repeat(12);
    const tokenizer = CharTokenizer.fromText(text);
    const ids = tokenizer.encode(text);
    const dataset = new MlmDataset({ ids, tokenizer, length: 16, batchSize: 2, seed: 3, heldOutFraction: 0.2 });
    model = createModel({
      ...small,
      model_type: 'orchid-masked-lm',
      vocab_size: tokenizer.vocabSize,
      max_position_embeddings: 16,
    });
    const task = mlmTask({ dataset, evaluationWindows: 3 });
    const scores = await task.evaluate(model);
    expect(await task.evaluate(model)).toEqual(scores);
    const inPieces = await task.evaluate(model, undefined, 2);
    expect(inPieces.loss).toBeCloseTo(scores.loss, 5);
    expect(inPieces.accuracy).toBeCloseTo(scores.accuracy!, 9);
    // The same by hand, over all positions of each batch.
    let loss = 0;
    let count = 0;
    for (const { ids, labels, batch, length } of dataset.evalBatches(3)) {
      const given = tf.tensor2d(ids, [batch, length], 'int32');
      const logProbabilities = tf.tidy(() => tf.logSoftmax(model!.logits(given)));
      const values = await logProbabilities.data();
      labels.forEach((label, i) => {
        if (label < 0) return;
        loss -= values[i * tokenizer.vocabSize + label]!;
        count++;
      });
      tf.dispose([given, logProbabilities]);
    }
    expect(scores.loss).toBeCloseTo(loss / count, 4);
    expect(scores.accuracy! * count).toBeCloseTo(Math.round(scores.accuracy! * count), 6);
    const optimizer = new AdamW(model, { learningRate: 5e-3, weightDecay: 0 });
    const kept = tf.memory().numTensors;
    const losses: number[] = [];
    await train({ model, task, optimizer, steps: 12, callbacks: { onStep: ({ loss }) => losses.push(loss) } });
    expect(tf.memory().numTensors).toBe(kept);
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
    optimizer.dispose();
  });
});

describe('dropout of masked modelling', () => {
  const text = 'the quick brown fox jumps over the lazy dog. '.repeat(12);
  const tokenizer = CharTokenizer.fromText(text);
  const options = { tokenizer, length: 16, batchSize: 2, seed: 3 };
  const taskOf = () => mlmTask({ dataset: new MlmDataset({ ids: tokenizer.encode(text), ...options }) });
  const bert = { ...small, model_type: 'orchid-bert', head: 'masked-lm', max_position_embeddings: 16 } as const;
  const modelOf = (hidden_dropout_prob: number) =>
    createModel({ ...bert, vocab_size: tokenizer.vocabSize, hidden_dropout_prob }, { seed: 1 }) as SequenceModel;
  const lossOf = (of: SequenceModel, task: ReturnType<typeof taskOf>, batch: ReturnType<typeof task.nextBatch>) => {
    const [loss] = tf.tidy(() => task.loss(of, batch).loss.dataSync());
    return loss!;
  };
  beforeAll(async () => {
    await useBackend('cpu');
  });

  it('is in a training step, and in no evaluation', async () => {
    model = modelOf(0.5);
    const task = taskOf();
    const batch = task.nextBatch();
    const { dropoutSeed: _seed, ...plain } = batch;
    expect(lossOf(model, task, batch)).not.toBe(lossOf(model, task, plain));
    expect(lossOf(model, task, batch)).toBe(lossOf(model, task, batch));
    const without = modelOf(0);
    expect(lossOf(without, task, batch)).toBe(lossOf(without, task, plain));
    expect(lossOf(model, task, plain)).toBe(lossOf(without, task, plain));
    expect(await task.evaluate(model)).toEqual(await task.evaluate(without));
    without.dispose();
  });

  it('follows from where the data stands: other masks each batch and sequence, the same after a restart', async () => {
    const task = taskOf();
    const first = task.nextBatch();
    const state = JSON.parse(JSON.stringify(task.state));
    const second = task.nextBatch();
    expect(second.dropoutSeed).not.toBe(first.dropoutSeed);
    const again = taskOf();
    again.state = state;
    expect(again.nextBatch()).toEqual(second);
    const parts = task.split(second, 2).map(({ batch }) => batch.dropoutSeed! - second.dropoutSeed!);
    expect(parts).toEqual([0, 1]);
    expect(task.shape!.blank(2, 16).dropoutSeed).toBe(0);
  });

  it('is of a stream too', async () => {
    const documents = [{ at: 0, next: 1, text: text.repeat(4) }];
    const file = {
      name: 'a',
      id: 'a',
      read: async function* () {
        yield documents;
      },
      find: async () => documents,
    };
    const task = mlmTask({ dataset: await MlmStream.open({ ...options, files: [file], heldOut: [{ ...file }] }) });
    const seeds = [await task.nextBatch(), await task.nextBatch()].map(({ dropoutSeed }) => dropoutSeed);
    expect(seeds).toEqual([0, 2]);
  });
});

describe('recallTask', () => {
  it('says what is wrong', () => {
    const options = { length: 8, vocabSize: 10, batchSize: 2, seed: 0 };
    expect(() => recallTask({ ...options, evaluationSequences: 0 })).toThrow('evaluationSequences is 0');
    expect(() => recallTask({ ...options, vocabSize: 9 })).toThrow('vocabSize is 9');
  });
});
