// BERT's normalisation and words by hand, pieces beside the library's, offsets, and what comes back.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Tokenizer, tokenizerFromFiles, type WordPieceTokenizer } from '../src/index.ts';
import { CORPUS, library, slices, wordPiece } from './support.ts';

/** A tokenizer of a vocabulary of one's own. */
function of(tokens: readonly string[], config: object = {}): WordPieceTokenizer {
  const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...tokens];
  return tokenizerFromFiles({
    'vocab.txt': vocabulary.join('\n'),
    'tokenizer_config.json': config,
  }) as WordPieceTokenizer;
}
const tokens = (tokenizer: Tokenizer, text: string) =>
  Array.from(tokenizer.encode(text), (id) => tokenizer.tokenOf(id));

describe('words', () => {
  const uncased = of(['a']);

  it.each([
    ['blanks of all kinds', 'a\tb\nc\r\u00a0d\u3000e', ['a', 'b', 'c', 'd', 'e']],
    ['control characters, U+0000 and U+FFFD', 'a\u0000b\u0007c\ufffdd\u200be\u00adf', ['abcdef']],
    ['a lone surrogate', 'a\ud800b \udc00', ['ab']],
    ['accents, composed or not', 'É e\u0301 ǖ Å', ['e', 'e', 'u', 'a']],
    ['punctuation', 'a-b ^c$ «d» e…', ['a', '-', 'b', '^', 'c', '$', '«', 'd', '»', 'e', '…']],
    ['punctuation that a sign decomposes to', 'a≠b', ['a', '=', 'b']],
    ['ideographs', 'x漢字y', ['x', '漢', '字', 'y']],
    ['ideographs beyond U+FFFF', 'x𠀀y', ['x', '𠀀', 'y']],
    ['kana and hangul, which are no ideographs', 'かな 한', ['かな', '한'.normalize('NFD')]],
    ['lower case without context', 'ΣΑΣ İI ẞ', ['σασ', 'ii', 'ß']],
    ['letters and digits', 'B2b 3rd', ['b2b', '3rd']],
    ['nothing', ' \u0301 \u200b', []],
  ])('%s', (_, text, words) => {
    expect(uncased.words(text)).toEqual(words);
  });

  it('keeps case and accents when told so', () => {
    expect(of(['a'], { do_lower_case: false }).words('Éa 漢')).toEqual(['Éa', '漢']);
    expect(of(['a'], { do_lower_case: false, strip_accents: true }).words('Éa')).toEqual(['Ea']);
    expect(of(['a'], { tokenize_chinese_chars: false }).words('x漢y')).toEqual(['x漢y']);
  });
});

describe('pieces', () => {
  const tokenizer = of(['un', '##aff', '##able', '##a', 'want', '##ed', '##ffa', 'runn', '##ing', '!', '##b']);

  it('takes the longest from the left', () => {
    expect(tokens(tokenizer, 'unaffable wanted running!')).toEqual([
      'un',
      '##aff',
      '##able',
      'want',
      '##ed',
      'runn',
      '##ing',
      '!',
    ]);
  });

  it('knows no word that has a rest, or more characters than it looks at', () => {
    expect(tokens(tokenizer, 'unwanted')).toEqual(['[UNK]']);
    expect(tokens(tokenizer, `un${'b'.repeat(98)}`)).toHaveLength(99);
    expect(tokens(tokenizer, `un${'b'.repeat(99)}`)).toEqual(['[UNK]']);
  });

  it('says where they come from', () => {
    const text = ' Únaffable\u0000 xx WANTED';
    expect(tokens(tokenizer, text)).toEqual(['un', '##aff', '##able', '[UNK]', 'want', '##ed']);
    expect(slices(tokenizer, text)).toEqual(['Ún', 'aff', 'able', 'xx', 'WANT', 'ED']);
    expect(slices(tokenizer, 'wan\u200bted u\u0301n')).toEqual(['wan\u200bt', 'ed', 'u\u0301n']);
    expect(slices(of(['x', '𠀀']), 'x𠀀x')).toEqual(['x', '𠀀', 'x']);
  });

  it('reads special tokens only when asked', () => {
    const text = 'want[MASK]';
    expect(tokenizer.encode(text)).toHaveLength(4);
    expect([...tokenizer.encode(text, { parseSpecial: true })]).toEqual([tokenizer.idOf('want'), 4]);
    const { offsets } = tokenizer.pieces(text, { parseSpecial: true, offsets: true });
    expect([...offsets!]).toEqual([0, 4, 4, 10]);
  });

  it('offsets cover the words in order, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const { ids, offsets } = wordPiece.pieces(text, { offsets: true });
        expect([...ids].join()).toBe([...wordPiece.encode(text)].join());
        const spans = Array.from(ids, (_, i) => [offsets![2 * i]!, offsets![2 * i + 1]!] as const);
        const bad = spans.filter(([start, end], i) => {
          const last = spans[i - 1]?.[1] ?? 0;
          // A character can give several tokens, which then share it.
          return end <= start || (start < last && end - start > 2);
        });
        expect(bad).toEqual([]);
      }),
    );
  });
});

describe('beside the library', () => {
  it('gives the same tokens, but for what it gets wrong: ideographs beyond U+FFFF and the last sigma', () => {
    const theirs = library(wordPiece);
    const alphabet = fc.constantFrom(...new Set(CORPUS.join(' ')), '漢', 'É', 'ß', '\u0301', '\u0000', '\n', '≠', '🌸');
    const text = fc.string({ unit: alphabet, maxLength: 80 }).filter((t) => !/[Σ]/.test(t));
    fc.assert(
      fc.property(text, (t) => {
        expect([...wordPiece.encode(t)]).toEqual(theirs.encode(t, { add_special_tokens: false }).ids);
      }),
      { numRuns: 500 },
    );
    for (const line of CORPUS) {
      const { ids, typeIds } = wordPiece.encodeText([line, CORPUS[0]!]);
      const other = theirs.encode(line, { text_pair: CORPUS[0]!, return_token_type_ids: true });
      expect([...ids]).toEqual(other.ids);
      expect([...typeIds]).toEqual(other.token_type_ids);
      expect(wordPiece.decode(ids)).toBe(theirs.decode(other.ids, { clean_up_tokenization_spaces: false }));
    }
  });
});

describe('decode', () => {
  it('joins pieces, takes back blanks before punctuation, and leaves special tokens out when told so', () => {
    const line = "an orchid doesn't wither, he said.";
    const { ids } = wordPiece.encodeText(line);
    expect(wordPiece.decode(ids, { skipSpecial: true })).toBe("an orchid doesn ' t wither, he said.");
    expect(wordPiece.decode(ids)).toMatch(/^\[CLS\] an orchid .* said\. \[SEP\]$/);
    expect(wordPiece.decode([])).toBe('');
  });

  it('gives back what normalisation left, and again the same ids', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'orchid flwegvts   '), maxLength: 40 }), (text) => {
        const ids = wordPiece.encode(text);
        fc.pre(!ids.includes(wordPiece.specialTokens.unk!));
        expect(wordPiece.decode(ids)).toBe(text.split(' ').filter(Boolean).join(' '));
        expect(wordPiece.encode(wordPiece.decode(ids))).toEqual(ids);
      }),
    );
  });

  it.each([
    [[10_000], 'WordPieceTokenizer.decode: ids[0] is 10000; want an integer in 0..259'],
    [[5, -1], 'ids[1] is -1'],
    [[1.5], 'ids[0] is 1.5'],
  ])('refuses %j', (ids, message) => {
    expect(() => wordPiece.decode(ids)).toThrow(message);
  });
});
