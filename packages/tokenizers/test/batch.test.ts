// Pairs, truncation by its rules, padding to a length, and errors that say what does not fit.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteTokenizer, CharTokenizer, checkVocabulary, robertaTemplate, trainBpe } from '../src/index.ts';
import { keptTokens } from '../src/truncation.ts';
import { wordPiece } from './support.ts';

const characters = CharTokenizer.fromText('abcdefgh');
const { cls, sep, pad } = wordPiece.specialTokens as { cls: number; sep: number; pad: number };

describe('keptTokens', () => {
  it.each([
    ['longest_first', 3, 4, 10, [3, 4]],
    ['longest_first', 9, 4, 10, [6, 4]],
    ['longest_first', 3, 20, 10, [3, 7]],
    ['longest_first', 20, 30, 11, [5, 6]],
    ['longest_first', 30, 20, 11, [6, 5]],
    ['longest_first', 8, 8, 9, [4, 5]],
    ['longest_first', 12, undefined, 5, [5, 0]],
    ['longest_first', 5, 5, 0, [0, 0]],
    ['only_first', 9, 4, 10, [6, 4]],
    ['only_second', 4, 9, 10, [4, 6]],
  ] as const)('%s of %i and %s into %i', (truncation, first, second, room, kept) => {
    expect(keptTokens(first, second, room, truncation)).toEqual(kept);
  });

  it('takes tokens from the longer text one by one', () => {
    const count = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(count, count, count, (first, second, room) => {
        let [a, b] = [first, second];
        while (a + b > room) {
          if (a > b) a--;
          else b--;
        }
        const [x, y] = keptTokens(first, second, room, 'longest_first');
        // Which of two equally long texts loses first is the other way round in Hugging Face's fast tokenizers.
        expect([x, y].sort()).toEqual([a, b].sort());
        expect(x <= first && y <= second).toBe(true);
      }),
    );
  });

  it.each([
    ['none', 5, 6, 10, 'truncation is none, but 1 of 11 tokens do not fit'],
    [
      'only_first',
      1,
      20,
      10,
      'truncation is only_first, but 11 of 21 tokens do not fit into maxLength and the first text has only 1',
    ],
    ['only_second', 20, 1, 10, 'the second text has only 1'],
    ['only_second', 20, undefined, 10, 'there is no second text'],
    ['longest_first', 1, 1, -2, 'maxLength leaves no room even for the special tokens (2 too many)'],
  ] as const)('%s refuses %i and %s into %i', (truncation, first, second, room, message) => {
    expect(() => keptTokens(first, second, room, truncation)).toThrow(message);
  });
});

describe('encodeText', () => {
  it('puts special tokens round a text and a pair, with types, texts and offsets', () => {
    const [first, second] = ['an orchid', 'flowering'];
    const a = wordPiece.encode(first);
    const b = wordPiece.encode(second);
    const { ids, typeIds, sequenceIds, offsets } = wordPiece.encodeText([first, second], { offsets: true });
    expect([...ids]).toEqual([cls, ...a, sep, ...b, sep]);
    expect([...typeIds]).toEqual([0, ...a.map(() => 0), 0, ...b.map(() => 1), 1]);
    expect([...sequenceIds]).toEqual([-1, ...a.map(() => 0), -1, ...b.map(() => 1), -1]);
    ids.forEach((_, i) => {
      const from = offsets!.slice(2 * i, 2 * i + 2);
      const slice = [first, second][sequenceIds[i]!]?.slice(from[0], from[1]) ?? '';
      expect(slice === '').toBe(sequenceIds[i] === -1);
    });
    expect([...wordPiece.encodeText([first, second], { addSpecial: false }).ids]).toEqual([...a, ...b]);
    expect([...wordPiece.encodeText(first).ids]).toEqual([cls, ...a, sep]);
    expect(wordPiece.encodeText('').ids).toHaveLength(2);
  });

  it('cuts to a length with the special tokens in it, from either end', () => {
    const all = characters.encode('abcdefgh');
    expect([...characters.encodeText('abcdefgh', { maxLength: 3 }).ids]).toEqual([...all.slice(0, 3)]);
    expect([...characters.encodeText('abcdefgh', { maxLength: 3, truncationSide: 'left' }).ids]).toEqual([
      ...all.slice(5),
    ]);
    const left = characters.encodeText('abcdefgh', { maxLength: 3, truncationSide: 'left', offsets: true });
    expect([...left.offsets!]).toEqual([5, 6, 6, 7, 7, 8]);
    const pair = wordPiece.encodeText(['orchid orchid orchid orchid', 'flowering'], {
      maxLength: 8,
      truncation: 'only_first',
    });
    expect(pair.ids).toHaveLength(8);
    expect([pair.ids[0], pair.ids.at(-1)]).toEqual([cls, sep]);
    expect([...pair.ids].filter((id) => id === sep)).toHaveLength(2);
  });

  it.each([
    [3, {}, 'the input is number; want a string or a pair of strings'],
    [['a'], {}, 'the input is an array of 1'],
    [['a', 3], {}, 'the input is an array of 2'],
    ['a', { maxLength: 0 }, 'maxLength is 0; want an integer of at least 1'],
    ['a', { truncation: 'middle' }, 'truncation is "middle"; want longest_first, only_first, only_second, none'],
    ['a', { truncationSide: 'up' }, 'truncationSide is "up"; want left or right'],
    ['orchid', { maxLength: 1 }, 'maxLength leaves no room even for the special tokens (1 too many)'],
  ])('refuses %j with %j', (input, options, message) => {
    expect(() => wordPiece.encodeText(input as string, options as object)).toThrow(message);
  });

  it('knows RoBERTa’s template', () => {
    const { single, pair } = robertaTemplate(1, 2);
    expect(single.map((item) => ('ids' in item ? item.ids[0] : item.sequence))).toEqual([1, 'A', 2]);
    expect(pair.map((item) => ('ids' in item ? item.ids[0] : item.sequence))).toEqual([1, 'A', 2, 2, 'B', 2]);
  });
});

describe('encodeBatch', () => {
  it('pads to the longest, with masks and types', () => {
    const batch = wordPiece.encodeBatch([['orchid', 'orchid'], 'orchid'], { padToMultipleOf: 8 });
    const rows = [wordPiece.encodeText(['orchid', 'orchid']), wordPiece.encodeText('orchid')];
    const [, length] = batch.shape;
    expect([batch.shape[0], length % 8]).toEqual([2, 0]);
    expect(length).toBe(Math.ceil(rows[0]!.ids.length / 8) * 8);
    rows.forEach(({ ids, typeIds }, r) => {
      const fill = Array(length - ids.length);
      const row = (values: Int32Array) => [...values.subarray(r * length, (r + 1) * length)];
      expect(row(batch.inputIds)).toEqual([...ids, ...fill.fill(pad)]);
      expect(row(batch.tokenTypeIds)).toEqual([...typeIds, ...fill.fill(0)]);
      expect(row(batch.attentionMask)).toEqual([...ids.map(() => 1), ...fill.fill(0)]);
      expect(batch.lengths[r]).toBe(ids.length);
    });
  });

  it('pads to maxLength, on the left, with another id, and gives offsets', () => {
    const batch = characters.encodeBatch(['ab', 'abcdefgh'], {
      padding: 'max_length',
      maxLength: 4,
      paddingSide: 'left',
      padId: 2,
      offsets: true,
    });
    expect(batch.shape).toEqual([2, 4]);
    expect([...batch.inputIds]).toEqual([2, 2, 3, 4, 3, 4, 5, 6]);
    expect([...batch.attentionMask]).toEqual([0, 0, 1, 1, 1, 1, 1, 1]);
    expect([...batch.offsets!.subarray(0, 8)]).toEqual([0, 0, 0, 0, 0, 1, 1, 2]);
  });

  it('works on bytes, and needs no pad token for rows of one length', async () => {
    expect(new ByteTokenizer().encodeBatch(['é', 'a']).shape).toEqual([2, 2]);
    const bare = await trainBpe(['a b'], { vocabSize: 257 });
    expect(bare.encodeBatch(['a', 'b']).shape).toEqual([2, 1]);
    expect(() => bare.encodeBatch(['a', 'bb'])).toThrow(
      'encodeBatch: the tokenizer has no pad token; want one (it has: bos, eos)',
    );
  });

  it.each([
    [[], {}, 'inputs is no list of texts'],
    [['a'], { padding: 'max_length' }, 'padding is max_length, but there is no maxLength'],
    [['a'], { padding: 'short' }, 'padding is "short"; want longest or max_length'],
    [['a'], { padToMultipleOf: 0 }, 'padToMultipleOf is 0; want an integer of at least 1'],
    [['a'], { paddingSide: 'top' }, 'paddingSide is "top"'],
  ])('refuses %j with %j', (inputs, options, message) => {
    expect(() => characters.encodeBatch(inputs as string[], options as object)).toThrow(message);
  });
});

describe('checkVocabulary', () => {
  it('wants an embedding with a row for each id', () => {
    expect(() => checkVocabulary(wordPiece, 259)).toThrow(
      "the tokenizer has 260 ids, the model's embedding 259 rows (vocab_size); want vocab_size of at least 260",
    );
    checkVocabulary(wordPiece, 260);
    checkVocabulary(wordPiece, 512);
  });
});
