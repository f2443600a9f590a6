// MQAR and labelled texts as tasks on small real models: what their losses are, that parts make the whole, that they are learned.
import { useBackend } from '@orchid-ml/backends';
import { type MlmBatch, TextDataset, type TextExample } from '@orchid-ml/datasets';
import { createModel, type Model } from '@orchid-ml/orchid-models';
import { ByteTokenizer } from '@orchid-ml/tokenizers';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AdamW, mqarTask, type TextClassifier, textClassificationTask, train } from '../index.ts';

let model: Model | undefined;
afterEach(() => {
  model?.dispose();
  model = undefined;
});

const small = { hidden_size: 16, num_hidden_layers: 1, intermediate_size: 32, filter_order: 16 } as const;
const tokenizer = new ByteTokenizer();

const bert = (head: 'sequence-classification' | 'regression') =>
  createModel(
    {
      model_type: 'orchid-bert',
      vocab_size: tokenizer.vocabSize,
      max_position_embeddings: 24,
      num_attention_heads: 2,
      hidden_dropout_prob: 0,
      initializer_range: 0.2,
      head,
      ...small,
      ...(head === 'sequence-classification' && { num_labels: 2 }),
    },
    { seed: 3 },
  ) as TextClassifier;

/** Words of one letter or of two: their class, or how many of their letters are `a`. */
function texts(count: number, label: 'class' | 'number'): TextExample[] {
  return Array.from({ length: count }, (_, i) => {
    const a = (i * 7) % 8;
    const text = 'a'.repeat(a) + 'b'.repeat(8 - a);
    return { text: i % 3 === 0 ? [text, 'a pair'] : text, label: label === 'class' ? Number(a > 3) : a };
  });
}

const dataset = (label: 'class' | 'number') =>
  new TextDataset({
    train: texts(40, label),
    evaluation: texts(21, label),
    labels: label === 'class' ? ['few', 'many'] : null,
    tokenizer,
    maxLength: 24,
    batchSize: 8,
    seed: 2,
  });

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { blas: 'off' });
  });

  it('MQAR: guessing at first, the parts of a batch make the whole, and it trains', async () => {
    const options = { length: 16, vocabSize: 12, pairs: 3, batchSize: 6, seed: 1, evaluationSequences: 14 };
    const task = mqarTask(options);
    const own = createModel({ ...small, model_type: 'orchid-masked-lm', vocab_size: 12, max_position_embeddings: 16 });
    model = own;
    const before = tf.memory().numTensors;
    const scores = await task.evaluate(own);
    const inPieces = await task.evaluate(own, undefined, 4);
    expect(inPieces.loss).toBeCloseTo(scores.loss, 5);
    expect(inPieces.accuracy).toBeCloseTo(scores.accuracy!, 9);
    expect(scores.accuracy! * 14 * 3).toBeCloseTo(Math.round(scores.accuracy! * 14 * 3), 6);
    expect(Math.abs(scores.loss - Math.log(12))).toBeLessThan(0.5);
    const batch: MlmBatch = task.nextBatch();
    expect(batch.maskedPositions).toHaveLength(18);
    const lossOf = (part: MlmBatch) => tf.tidy(() => task.loss(own, part).loss.dataSync()[0]!);
    const parts = task.split(batch, 4);
    expect(parts.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    const summed = parts.reduce((sum, { batch, weight }) => sum + weight * lossOf(batch), 0);
    expect(summed).toBeCloseTo(lossOf(batch), 4);
    expect(tf.memory().numTensors).toBe(before);
    const optimizer = new AdamW(own, { learningRate: 5e-3, weightDecay: 0 });
    const losses: number[] = [];
    await train({ model: own, task, optimizer, steps: 60, callbacks: { onStep: ({ loss }) => losses.push(loss) } });
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    // Answers are values, half of the vocabulary: that much at least is soon found out.
    expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)) - 0.3);
    optimizer.dispose();
  });

  it('MQAR goes on from where a checkpoint says', () => {
    const options = { length: 16, vocabSize: 12, pairs: 2, batchSize: 2, seed: 1 };
    const [one, other] = [mqarTask(options), mqarTask(options)];
    one.nextBatch();
    other.state = JSON.parse(JSON.stringify(one.state));
    expect(other.nextBatch()).toEqual(one.nextBatch());
    expect(() => mqarTask({ ...options, evaluationSequences: 0 })).toThrow('mqarTask: evaluationSequences is 0');
  });

  it('classes of texts are learned, and judged by the metrics that are asked for', async () => {
    const own = bert('sequence-classification');
    model = own;
    const data = dataset('class');
    const task = textClassificationTask({ data, scores: ['matthews', 'accuracy', 'f1'] });
    expect(task.score).toBe('matthews');
    const before = tf.memory().numTensors;
    const scores = await task.evaluate(own);
    expect(Object.keys(scores)).toEqual(['loss', 'matthews', 'accuracy', 'f1']);
    const inPieces = await task.evaluate(own, undefined, 3);
    expect(inPieces.loss).toBeCloseTo(scores.loss, 4);
    expect(inPieces.matthews).toBeCloseTo(scores.matthews!, 9);
    const batch = task.nextBatch();
    const lossOf = (part: typeof batch) => tf.tidy(() => task.loss(own, part).loss.dataSync()[0]!);
    const summed = task.split(batch, 3).reduce((sum, { batch, weight }) => sum + weight * lossOf(batch), 0);
    expect(summed).toBeCloseTo(lossOf(batch), 4);
    expect(tf.memory().numTensors).toBe(before);
    const optimizer = new AdamW(own, { learningRate: 1e-2, weightDecay: 0 });
    const { scores: after } = await train({ model: own, task, optimizer, steps: 40, evaluateEvery: 40 });
    expect(after!.accuracy).toBe(1);
    expect(after!.matthews).toBe(1);
    optimizer.dispose();
  });

  it('numbers of texts are learned by their squared error', async () => {
    const own = bert('regression');
    model = own;
    const task = textClassificationTask({ data: dataset('number'), scores: ['pearson', 'spearman'] });
    expect(task.metrics).toEqual([]);
    const optimizer = new AdamW(own, { learningRate: 1e-2, weightDecay: 0 });
    const { scores, means } = await train({ model: own, task, optimizer, steps: 60, evaluateEvery: 60 });
    expect(Object.keys(means)).toEqual(['loss']);
    expect(scores!.pearson).toBeGreaterThan(0.95);
    expect(scores!.spearman).toBeGreaterThan(0.95);
    // The variance of the labels is what a constant would leave.
    expect(scores!.loss).toBeLessThan(1);
    optimizer.dispose();
  });
});

it('says which score there is not', () => {
  const wrong = { data: dataset('class'), scores: ['bleu'] as never };
  expect(() => textClassificationTask(wrong)).toThrow(
    'textClassificationTask: scores has bleu; want some of accuracy, f1, matthews, pearson, spearman',
  );
});
