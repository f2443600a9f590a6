// Masking in BERT's proportions, windows and split without overlap, repeatable evaluation, the baseline by hand.
import { ByteTokenizer, CharTokenizer } from '@orchid-ml/tokenizers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IGNORED, MlmDataset, maskTokens, OrdinaryIds, Rng, UnigramModel } from './index.ts';

const ordinary = new OrdinaryIds({ vocabSize: 50, specialTokens: { pad: 0, unk: 1, mask: 2 } });
const masking = { probability: 0.3, maskId: 2, ordinary };

describe('maskTokens', () => {
  it('never touches special tokens, and labels are the tokens that were there', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 49 }), { maxLength: 80 }), fc.nat(), (list, seed) => {
        const tokens = Int32Array.from(list);
        const { ids, labels, maskedPositions, maskedLabels } = maskTokens(tokens, masking, new Rng(seed));
        const hasOrdinary = list.some((id) => id >= 3);
        expect(maskedPositions.length > 0).toBe(hasOrdinary);
        const chosen = new Set(maskedPositions);
        expect(chosen.size).toBe(maskedPositions.length);
        list.forEach((id, i) => {
          expect(labels[i]).toBe(chosen.has(i) ? id : IGNORED);
          if (!chosen.has(i)) expect(ids[i]).toBe(id);
          else expect(id >= 3 && ids[i]! >= 2).toBe(true);
        });
        expect([...maskedLabels]).toEqual([...maskedPositions].map((i) => list[i]));
        expect([...maskedPositions]).toEqual([...maskedPositions].sort((a, b) => a - b));
      }),
    );
  });

  it('chooses 30 %, of which 80 % are masked, about 10 % random and 10 % kept', () => {
    const count = 200_000;
    const tokens = new Int32Array(count).fill(7);
    const { ids, maskedPositions } = maskTokens(tokens, masking, new Rng(1));
    const share = (test: (id: number) => boolean) =>
      maskedPositions.filter((i) => test(ids[i]!)).length / maskedPositions.length;
    expect(maskedPositions.length / count).toBeCloseTo(0.3, 2);
    expect(share((id) => id === 2)).toBeCloseTo(0.8, 1.9);
    expect(share((id) => id === 7)).toBeCloseTo(0.1 + 0.1 / 47, 1.9);
    expect(share((id) => id > 2 && id !== 7)).toBeCloseTo((0.1 * 46) / 47, 1.9);
  });
});

describe('MlmDataset', () => {
  const tokenizer = new ByteTokenizer();
  const ids = Int32Array.from({ length: 1000 }, (_, i) => 3 + (i % 250));
  const options = { ids, length: 16, batchSize: 4, tokenizer, seed: 5 };

  it('splits without overlap and covers the held-out windows once', () => {
    const data = new MlmDataset({ ...options, heldOutFraction: 0.2 });
    expect([data.trainIds.length, data.heldOutIds.length, data.heldOutWindows]).toEqual([800, 200, 12]);
    const batches = [...data.evalBatches()];
    expect(batches.map(({ batch }) => batch)).toEqual([4, 4, 4]);
    const restored = batches.flatMap((batch) =>
      [...batch.ids].map((id, i) => (batch.labels[i]! < 0 ? id : batch.labels[i]!)),
    );
    expect(restored).toEqual([...ids.subarray(800, 800 + 192)]);
  });

  it('evaluates the same way every time, whatever was trained in between', () => {
    const data = new MlmDataset(options);
    const before = [...data.evalBatches()];
    data.trainBatch();
    expect([...data.evalBatches()]).toEqual(before);
    expect([...new MlmDataset(options).evalBatches()]).toEqual(before);
    expect([...new MlmDataset({ ...options, seed: 6 }).evalBatches()]).not.toEqual(before);
  });

  it('limits the evaluation to windows spread over the held-out text', () => {
    const data = new MlmDataset({ ...options, heldOutFraction: 0.5, evalMaskProbability: 0.01 });
    const batches = [...data.evalBatches(5)];
    expect(batches.map(({ batch }) => batch)).toEqual([4, 1]);
    expect(data.heldOutWindows).toBe(31);
    const first = batches[1]!;
    expect(first.labels[0] === IGNORED ? first.ids[0] : first.labels[0]).toBe(data.heldOutIds[24 * 16]);
  });

  it('trains on windows of the training part, repeatably, from a saved state on', () => {
    const data = new MlmDataset(options);
    const copy = new MlmDataset(options);
    expect(data.trainBatch()).toEqual(copy.trainBatch());
    copy.state = data.state;
    const batch = data.trainBatch();
    expect(copy.trainBatch()).toEqual(batch);
    for (let row = 0; row < 4; row++) {
      const window = Array.from({ length: 16 }, (_, i) => {
        const at = row * 16 + i;
        return batch.labels[at] === IGNORED ? batch.ids[at]! : batch.labels[at]!;
      });
      const follows = window.every((id, i) => i === 0 || id === 3 + ((window[i - 1]! - 3 + 1) % 250));
      expect(follows).toBe(true);
    }
  });

  it('takes held-out text of its own', () => {
    const data = new MlmDataset({ ...options, heldOutIds: ids.subarray(0, 40) });
    expect([data.trainIds.length, data.heldOutWindows]).toEqual([1000, 2]);
  });

  it('knows what guessing by frequency reaches', () => {
    const characters = CharTokenizer.fromText('aaab');
    const training = characters.encode('aaab'.repeat(25));
    const unigram = new UnigramModel(training, new OrdinaryIds(characters));
    const score = unigram.score(characters.encode('aab'));
    expect(score.accuracy).toBeCloseTo(2 / 3, 12);
    expect(score.loss).toBeCloseTo(-(2 * Math.log(76 / 102) + Math.log(26 / 102)) / 3, 12);
    const data = new MlmDataset({ ids: training, length: 4, batchSize: 8, tokenizer: characters, seed: 0 });
    expect(data.unigramBaseline().count).toBe(
      [...data.evalBatches()].reduce((sum, batch) => sum + batch.maskedLabels.length, 0),
    );
    expect(() => unigram.score([])).toThrow('there are no labels');
  });

  it('takes the baseline of batches with more masks than a call has room for arguments', () => {
    const long = Int32Array.from({ length: 1_000_000 }, (_, i) => 3 + (i % 250));
    const large = { ids: long, length: 250_000, batchSize: 2, heldOutFraction: 0.5, evalMaskProbability: 0.9 };
    const { count } = new MlmDataset({ ...options, ...large }).unigramBaseline();
    expect(count / 500_000).toBeCloseTo(0.9, 2);
  });

  it.each([
    [{ length: 901 }, 'the training text has 900 tokens, less than one window of 901'],
    [{ length: 101 }, 'the held-out text has 100 tokens, less than one window of 101'],
    [{ length: 0 }, 'MLM: length is 0'],
    [{ batchSize: 1.5 }, 'MLM: batchSize is 1.5'],
    [{ maskProbability: 0 }, 'MLM: maskProbability is 0; want a number between 0 and 1'],
    [{ evalMaskProbability: 1 }, 'MLM: evalMaskProbability is 1'],
    [{ heldOutFraction: Number.NaN }, 'MLM: heldOutFraction is NaN'],
    [{ heldOutFraction: 0.1, heldOutIds: ids }, 'exclude each other'],
    [{ ids: Int32Array.from({ length: 100 }, () => 259) }, 'token 0 of the training text is 259; want an id in 0..258'],
    [{ heldOutIds: new Int32Array(50).fill(1) }, 'the held-out text has only special tokens'],
  ])('refuses %o', (changed, message) => {
    expect(() => new MlmDataset({ ...options, ...changed })).toThrow(message);
  });
});
