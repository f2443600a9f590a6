// Documents in windows with [CLS] and [SEP], and masked modelling over them with learned vocabularies.
import { trainBpe, trainWordPiece } from '@orchid-ml/tokenizers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IGNORED, MlmDataset, OrdinaryIds, packDocuments, Rng, WindowPacker } from './index.ts';

const tokenizer = { specialTokens: { pad: 0, cls: 1, sep: 2, mask: 3 } };
const rows = (ids: Int32Array, length: number) =>
  Array.from({ length: ids.length / length }, (_, i) => [...ids.subarray(i * length, (i + 1) * length)]);

describe('packDocuments', () => {
  const documents = [[10, 11, 12], [], [20, 21], [30, 31, 32, 33, 34, 35, 36]];

  it('lets documents go on in the next window', () => {
    expect(rows(packDocuments(documents, { length: 6, tokenizer }), 6)).toEqual([
      [1, 10, 11, 12, 2, 20],
      [1, 21, 2, 30, 31, 32],
      [1, 33, 34, 35, 36, 2],
    ]);
    expect(rows(packDocuments([[5, 6]], { length: 6, tokenizer }), 6)).toEqual([[1, 5, 6, 2, 0, 0]]);
  });

  it('keeps documents whole that fit', () => {
    expect(rows(packDocuments(documents, { length: 6, tokenizer, whole: true }), 6)).toEqual([
      [1, 10, 11, 12, 2, 0],
      [1, 20, 21, 2, 0, 0],
      [1, 30, 31, 32, 33, 34],
      [1, 35, 36, 2, 0, 0],
    ]);
  });

  it('loses no token, repeats none, and ends each document', () => {
    const document = fc.array(fc.integer({ min: 10, max: 99 }), { maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(document, { maxLength: 12 }),
        fc.integer({ min: 3, max: 12 }),
        fc.boolean(),
        (texts, length, whole) => {
          const windows = rows(packDocuments(texts, { length, tokenizer, whole }), length);
          expect(windows.every((window) => window[0] === 1 && window.length === length)).toBe(true);
          expect(windows.flat().filter((id) => id >= 10)).toEqual(texts.flat());
          if (!whole) return;
          for (const text of texts.filter(({ length: n }) => n > 0 && n <= length - 2))
            expect(windows.some((window) => window.join(' ').includes([...text, 2].join(' ')))).toBe(true);
        },
      ),
    );
  });

  it('goes on from a state', () => {
    const [one, two] = [new WindowPacker({ length: 6, tokenizer }), new WindowPacker({ length: 6, tokenizer })];
    one.add([10, 11, 12]);
    two.state = JSON.parse(JSON.stringify(one.state));
    expect(two.add([13, 14, 15])).toEqual(one.add([13, 14, 15]));
    expect(two.rest()).toEqual(one.rest());
    expect(one.rest()).toBeNull();
    expect(() => {
      two.state = [7];
    }).toThrow('packing: state has 1 tokens; want [CLS]');
  });

  it('says which special token is missing', () => {
    const without = (role: string) => ({
      specialTokens: Object.fromEntries(Object.entries(tokenizer.specialTokens).filter(([name]) => name !== role)),
    });
    expect(() => packDocuments([], { length: 6, tokenizer: without('sep') })).toThrow(
      'packing: the tokenizer has no sep token',
    );
    expect(() => packDocuments([], { length: 6, tokenizer: without('pad'), whole: true })).toThrow('no pad token');
    expect(packDocuments([[5, 6]], { length: 6, tokenizer: without('pad') })).toHaveLength(0);
    expect(() => packDocuments([], { length: 2, tokenizer })).toThrow(
      'packing: length is 2; want an integer of at least 3',
    );
  });
});

describe('OrdinaryIds', () => {
  it('leaves special ids out wherever they are', () => {
    const ordinary = new OrdinaryIds({ vocabSize: 6, specialTokens: { pad: 1, mask: 5 }, specialIds: [3] });
    expect([0, 1, 2, 3, 4, 5].filter((id) => ordinary.isSpecial(id))).toEqual([1, 3, 5]);
    expect(ordinary.count).toBe(3);
    const rng = new Rng(0);
    expect(new Set(Array.from({ length: 100 }, () => ordinary.draw(rng)))).toEqual(new Set([0, 2, 4]));
    expect(() => new OrdinaryIds({ vocabSize: 3, specialTokens: { mask: 3 } })).toThrow(
      'special id 3 is outside of it',
    );
    expect(() => new OrdinaryIds({ vocabSize: 1, specialTokens: { mask: 0 } })).toThrow('all 1 ids are special');
  });
});

describe('masked modelling with learned vocabularies', async () => {
  const texts = Array.from(
    { length: 60 },
    (_, i) => `Document ${i} is about orchid ${i % 7} and its ${'flowers '.repeat(i % 9)}.`,
  );
  const special = ['[PAD]', '[CLS]', '[SEP]', '[MASK]', '<|endoftext|>'];
  const made = [
    ['WordPiece', await trainWordPiece(texts, { vocabSize: 150, minFrequency: 1 })],
    ['byte-level BPE', await trainBpe(texts, { vocabSize: 400, special })],
  ] as const;

  it.each(made)('%s: 80/10/10 of what stands for text, never of special tokens', (_, learned) => {
    const length = 16;
    const ids = packDocuments(
      texts.map((text) => learned.encode(text)),
      { length, tokenizer: learned },
    );
    const data = new MlmDataset({
      ids,
      packed: true,
      tokenizer: learned,
      length,
      batchSize: 64,
      seed: 1,
      maskProbability: 0.3,
    });
    const whole = new Set(rows(ids, length).map(String));
    const { cls } = learned.specialTokens;
    let [masked, random, kept, all, ordinary] = [0, 0, 0, 0, 0];
    for (let step = 0; step < 20; step++) {
      const batch = data.trainBatch();
      const tokens = batch.ids.map((id, i) => (batch.labels[i] === IGNORED ? id : batch.labels[i]!));
      for (const [row, window] of rows(tokens, length).entries()) {
        // A window as it was packed, [CLS] first.
        expect(whole.has(String(window))).toBe(true);
        expect(batch.ids[row * length]).toBe(cls);
      }
      batch.labels.forEach((label, i) => {
        if (!learned.specialIds.includes(tokens[i]!)) ordinary++;
        if (label === IGNORED) return;
        all++;
        expect(learned.specialIds).not.toContain(label);
        if (batch.ids[i] === learned.specialTokens.mask) masked++;
        else {
          expect(learned.specialIds).not.toContain(batch.ids[i]);
          if (batch.ids[i] === label) kept++;
          else random++;
        }
      });
    }
    expect(all / ordinary).toBeCloseTo(0.3, 1);
    expect(masked / all).toBeCloseTo(0.8, 1);
    expect(random / all).toBeCloseTo(0.1, 1);
    expect(kept / all).toBeCloseTo(0.1, 1);
    expect(data.heldOutIds.length % length).toBe(0);
    expect(data.unigramBaseline().count).toBeGreaterThan(0);
  });

  it('wants whole windows, and a mask token', () => {
    const [, learned] = made[0];
    const options = { tokenizer: learned, length: 16, batchSize: 2, seed: 0 };
    expect(
      () => new MlmDataset({ ...options, packed: true, ids: new Int32Array(100).fill(9), heldOutFraction: 0.5 }),
    ).toThrow('packed, want whole windows of 16 (packDocuments)');
    const maskless = { vocabSize: 9, specialTokens: { eos: 0 } };
    expect(() => new MlmDataset({ ...options, ids: new Int32Array(100).fill(3), tokenizer: maskless })).toThrow(
      'MLM: the tokenizer has no mask token; want one (it has: eos)',
    );
  });
});
