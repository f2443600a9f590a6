// Byte-level BPE: any text comes back, merges beside the plain algorithm and the library, offsets.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BpeModel } from '../src/bpe/model.ts';
import { tokenizerFromJSON } from '../src/index.ts';
import { bpe, CORPUS, library, slices } from './support.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 80 });
/** UTF-16 at random: most surrogates are alone. */
const anyUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
  .map((codes) => String.fromCharCode(...codes));

/** GPT-2's encoder.py in words: of all pairs there are, merge the first learned, everywhere, until none is left. */
function plainMerges(word: string, merges: readonly (readonly [string, string])[]): string[] {
  let parts = [...word];
  for (;;) {
    const ranks = parts.slice(1).map((right, i) => merges.findIndex(([a, b]) => a === parts[i] && b === right));
    const best = Math.min(...ranks.map((rank) => (rank < 0 ? Number.POSITIVE_INFINITY : rank)));
    if (!Number.isFinite(best)) return parts;
    const [left, right] = merges[best]!;
    const joined: string[] = [];
    for (let i = 0; i < parts.length; i++) {
      if (parts[i] === left && parts[i + 1] === right) joined.push(left + parts[++i]!);
      else joined.push(parts[i]!);
    }
    parts = joined;
  }
}

describe('round trips', () => {
  it('gives back any text, byte for byte', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(bpe.decode(bpe.encode(text))).toBe(text);
      }),
      { numRuns: 1000 },
    );
    expect(bpe.decode(bpe.encode('\ufeffa \u0085 <|endoftext|> [MASK]'))).toBe('\ufeffa \u0085 <|endoftext|> [MASK]');
  });

  it('reads a lone surrogate as U+FFFD', () => {
    fc.assert(
      fc.property(anyUnits, (text) => {
        expect(bpe.decode(bpe.encode(text))).toBe(text.replace(/\p{Cs}/gu, '\ufffd'));
      }),
      { numRuns: 1000 },
    );
  });

  it('decodes bytes that are not UTF-8 to U+FFFD, and special tokens by name or not at all', () => {
    const half = bpe.encode('é')[0]!;
    const mask = bpe.specialTokens.mask!;
    expect(bpe.decode(Int32Array.of(bpe.idOf('Ã')!))).toBe('\ufffd');
    expect(bpe.decode([bpe.idOf('a')!, mask, bpe.idOf('b')!])).toBe('a[MASK]b');
    expect(bpe.decode([bpe.idOf('a')!, mask, bpe.idOf('b')!], { skipSpecial: true })).toBe('ab');
    expect(() => bpe.decode([half, 420])).toThrow('BpeTokenizer.decode: ids[1] is 420; want an integer in 0..419');
  });
});

describe('tokens', () => {
  it('are those of the plain algorithm', () => {
    const { merges } = bpe.settings;
    const ids = new Map(Array.from({ length: bpe.vocabSize }, (_, id) => [bpe.tokenOf(id), id]));
    const model = new BpeModel(ids, merges);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'orchidflwnges'), minLength: 1, maxLength: 30 }), (word) => {
        expect(Array.from(model.encode(word), (id) => bpe.tokenOf(id))).toEqual(plainMerges(word, merges));
      }),
    );
    // Pairs that overlap: the leftmost goes first.
    const few = new BpeModel(
      new Map([
        ['a', 0],
        ['aa', 1],
        ['aaa', 2],
        ['aaaa', 3],
      ]),
      [
        ['a', 'a'],
        ['aa', 'a'],
        ['aa', 'aa'],
      ],
    );
    expect([...few.encode('aaa')]).toEqual([2]);
    expect([...few.encode('aaaaa')]).toEqual([1, 2]);
  });

  it('are those of the library, but round U+0085 and U+FEFF, which it takes for no blank and a blank', () => {
    const theirs = library(bpe);
    fc.assert(
      fc.property(
        anyText.filter((text) => !/[\u0085\ufeff]/.test(text) && text !== ''),
        (text) => {
          expect([...bpe.encode(text)]).toEqual(theirs.encode(text, { add_special_tokens: false }).ids);
        },
      ),
      { numRuns: 500 },
    );
    for (const line of CORPUS) expect([...bpe.encode(line)]).toEqual(theirs.encode(line).ids);
  });

  it('of a word of 200,000 characters are found', () => {
    const ids = bpe.encode('orchid'.repeat(33_333));
    expect(bpe.decode(ids)).toBe('orchid'.repeat(33_333));
  });

  it('with a blank before the text, when the file says so', () => {
    const json = JSON.parse(JSON.stringify(bpe));
    json.pre_tokenizer.add_prefix_space = true;
    const prefixing = tokenizerFromJSON(json);
    expect(prefixing.encode('orchid')).toEqual(bpe.encode(' orchid'));
    expect(prefixing.encode(' orchid')).toEqual(bpe.encode(' orchid'));
    expect(slices(prefixing, 'orchid')).toEqual(slices(bpe, ' orchid').map((slice) => slice.trim()));
  });
});

describe('offsets', () => {
  it('cover the text without gaps, and tokens of a part of a character have all of it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { ids, offsets } = bpe.pieces(text, { offsets: true });
        let last = 0;
        for (let i = 0; i < ids.length; i++) {
          expect(offsets![2 * i]).toBeLessThanOrEqual(last);
          expect(offsets![2 * i + 1]).toBeGreaterThanOrEqual(last);
          last = offsets![2 * i + 1]!;
        }
        expect(last).toBe(text.length);
      }),
    );
    expect(slices(bpe, 'a🌸')).toEqual(['a', ...Array(bpe.encode('🌸').length).fill('🌸')]);
  });

  it('leave the blank of a word out, when the file says so', () => {
    const json = JSON.parse(JSON.stringify(bpe));
    json.post_processor.trim_offsets = true;
    const trimming = tokenizerFromJSON(json);
    expect(slices(bpe, 'an orchid')).toContain(' orchid');
    expect(slices(trimming, 'an orchid')).toContain('orchid');
  });

  it('of special tokens that are read', () => {
    const { ids, offsets } = bpe.pieces('a[MASK]b', { parseSpecial: true, offsets: true });
    expect([...ids]).toEqual([bpe.idOf('a'), bpe.specialTokens.mask, bpe.idOf('b')]);
    expect([...offsets!]).toEqual([0, 1, 1, 7, 7, 8]);
  });
});

describe('a vocabulary that does not fit', () => {
  const vocabulary = new Map([
    ['a', 0],
    ['b', 1],
    ['ab', 2],
  ]);

  it.each([
    [[['a', 'c']], 'BPE: merge 1 is "a c", but "c" is not in the vocabulary'],
    [
      [
        ['a', 'b'],
        ['b', 'a'],
      ],
      'BPE: merge 2 is "b a", but "ba" is not in the vocabulary',
    ],
  ])('refuses merges %j', (merges, message) => {
    expect(() => new BpeModel(vocabulary, merges as [string, string][])).toThrow(message);
  });

  it('refuses a byte that it lacks, or takes the unknown token', () => {
    expect(() => new BpeModel(vocabulary, []).encode('abc')).toThrow('BPE: byte 0x63 has no token in the vocabulary');
    expect([...new BpeModel(vocabulary, [['a', 'b']], { unk: 7 }).encode('abc')]).toEqual([2, 7]);
  });

  it('takes whole words, when merges are to be ignored', () => {
    expect([...new BpeModel(vocabulary, [], { ignoreMerges: true }).encode('ab')]).toEqual([2]);
    expect([...new BpeModel(vocabulary, []).encode('ab')]).toEqual([0, 1]);
  });
});
