// Labelled texts in batches: padded to buckets, each text once an epoch, the same from any step on.
import { CharTokenizer, trainWordPiece } from '@orchid-ml/tokenizers';
import { describe, expect, it } from 'vitest';
import { type TextBatch, TextDataset, type TextExample } from '../index.ts';

const tokenizer = CharTokenizer.fromText('abcdefghijklmnopqrst');
/** Text i has i + 1 letters, all the i-th. */
const texts = (count: number): TextExample[] =>
  Array.from({ length: count }, (_, i) => ({ text: String.fromCharCode(97 + i).repeat(i + 1), label: i % 2 }));
const options = {
  train: texts(10),
  evaluation: texts(7),
  labels: ['even', 'odd'],
  tokenizer,
  maxLength: 7,
  bucket: 4,
  batchSize: 3,
  seed: 4,
};
const firsts = ({ inputIds, shape: [rows, length] }: TextBatch) =>
  Array.from({ length: rows }, (_, i) => inputIds[i * length]! - 3);

describe('TextDataset', () => {
  it('gives whole batches, none twice an epoch, in another order each epoch', () => {
    const data = new TextDataset(options);
    expect([data.batchesPerEpoch, data.trainCount, data.evaluationCount]).toEqual([3, 10, 7]);
    const epochs = Array.from({ length: 3 }, () => Array.from({ length: 3 }, () => firsts(data.trainBatch())).flat());
    for (const seen of epochs) expect(new Set(seen).size).toBe(9);
    expect(new Set(epochs.map(String)).size).toBe(3);
  });

  it('pads to the bucket of the longest, at most to maxLength, and keeps labels with their texts', () => {
    const data = new TextDataset(options);
    for (let step = 0; step < 12; step++) {
      const batch = data.trainBatch();
      const [rows, length] = batch.shape;
      const longest = Math.max(...batch.lengths);
      expect([rows, batch.batch]).toEqual([3, 3]);
      expect(length).toBe(Math.min(7, Math.ceil(longest / 4) * 4));
      expect([batch.inputIds, batch.attentionMask, batch.tokenTypeIds].map((values) => values.length)).toEqual(
        Array(3).fill(3 * length),
      );
      firsts(batch).forEach((text, row) => {
        expect(batch.labels[row]).toBe(text % 2);
        expect(batch.lengths[row]).toBe(Math.min(7, text + 1));
        const mask = [...batch.attentionMask.subarray(row * length, (row + 1) * length)];
        expect(mask).toEqual(Array.from({ length }, (_, t) => (t < batch.lengths[row]! ? 1 : 0)));
      });
      expect(batch.labels).toBeInstanceOf(Int32Array);
    }
  });

  it('goes on from a saved state, and depends on the seed', () => {
    const data = new TextDataset(options);
    for (let i = 0; i < 5; i++) data.trainBatch();
    const copy = new TextDataset(options);
    copy.state = JSON.parse(JSON.stringify(data.state));
    for (let i = 0; i < 4; i++) expect(copy.trainBatch()).toEqual(data.trainBatch());
    expect(new TextDataset({ ...options, seed: 5 }).trainBatch()).not.toEqual(new TextDataset(options).trainBatch());
  });

  it('evaluates in order, the same way every time', () => {
    const data = new TextDataset(options);
    const before = [...data.evalBatches()];
    data.trainBatch();
    expect([...data.evalBatches()]).toEqual(before);
    expect(before.map(firsts)).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect([...data.evalBatches(3)].map(firsts)).toEqual([[0, 2, 4]]);
  });

  it('takes pairs, and numbers to be predicted', async () => {
    const learned = await trainWordPiece(['an orchid flowers', 'it withers'], { vocabSize: 60, minFrequency: 1 });
    const pairs: TextExample[] = [
      { text: ['an orchid flowers', 'it withers'], label: 2.5 },
      { text: ['it', 'an orchid'], label: 0 },
    ];
    const data = new TextDataset({
      ...options,
      train: pairs,
      evaluation: pairs,
      labels: null,
      tokenizer: learned,
      maxLength: 16,
      batchSize: 2,
    });
    const [batch] = [...data.evalBatches()];
    expect(batch!.labels).toEqual(Float32Array.of(2.5, 0));
    const { ids, typeIds } = learned.encodeText(['an orchid flowers', 'it withers']);
    expect([...batch!.inputIds.subarray(0, ids.length)]).toEqual([...ids]);
    expect([...batch!.tokenTypeIds.subarray(0, ids.length)]).toEqual([...typeIds]);
  });

  it.each([
    [{ maxLength: 0 }, 'texts: maxLength is 0'],
    [{ bucket: 1.5 }, 'texts: bucket is 1.5'],
    [{ batchSize: 11 }, 'batchSize is 11, but there are 10 examples'],
    [{ evaluation: [] }, 'there are none to evaluate on'],
    [{ labels: ['one'] }, 'the label of example 1 of those to learn from is 1; want a class 0..0'],
    [
      { evaluation: [{ text: 'a', label: null }] },
      'the label of example 0 of those to evaluate on is null; want a class 0..1',
    ],
    [
      { labels: null, train: [{ text: 'a', label: null }] },
      'the label of example 0 of those to learn from is null; want a number',
    ],
  ])('refuses %o', (changed, message) => {
    expect(() => new TextDataset({ ...options, ...changed })).toThrow(message);
  });
});
