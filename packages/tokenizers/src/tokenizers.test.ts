// Round trips on any text, the order of the vocabulary, and errors that say what is wrong.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteTokenizer, CharTokenizer, SPECIAL_TOKENS, tokenizerFromJSON } from './index.ts';

/** Any well-formed text: every code point but the surrogates. */
const anyText = fc.string({ unit: 'binary', maxLength: 60 });

describe('CharTokenizer', () => {
  it('orders the vocabulary by frequency, then code point, after the special tokens', () => {
    const tokenizer = CharTokenizer.fromText('ccbbaz');
    expect(tokenizer.characters).toEqual(['b', 'c', 'a', 'z']);
    expect(tokenizer.vocabSize).toBe(7);
    expect(tokenizer.specialTokens).toEqual({ pad: 0, unk: 1, mask: 2 });
    expect([...tokenizer.encode('abc')]).toEqual([5, 3, 4]);
  });

  it('takes code points, not UTF-16 halves', () => {
    const tokenizer = CharTokenizer.fromText('🌸🌸orchid');
    expect(tokenizer.characters[0]).toBe('🌸');
    expect(tokenizer.encode('🌸o🌸')).toHaveLength(3);
    expect(tokenizer.decode(tokenizer.encode('🌸o🌸'))).toBe('🌸o🌸');
  });

  it('gives back any text made of characters it knows', () => {
    fc.assert(
      fc.property(
        anyText.filter((text) => text.length > 0),
        anyText,
        (corpus, other) => {
          const tokenizer = CharTokenizer.fromText(corpus + other);
          expect(tokenizer.decode(tokenizer.encode(other))).toBe(other);
          expect(tokenizer.decode(tokenizer.encode(corpus))).toBe(corpus);
        },
      ),
    );
  });

  it('reads unknown characters as [UNK], and the rarest beyond maxVocab', () => {
    const tokenizer = CharTokenizer.fromText('aaabbc', { maxVocab: 5 });
    expect(tokenizer.vocabSize).toBe(5);
    expect([...tokenizer.encode('abcx')]).toEqual([3, 4, SPECIAL_TOKENS.unk, SPECIAL_TOKENS.unk]);
    expect(tokenizer.decode([3, 1, 2, 0])).toBe('a[UNK][MASK][PAD]');
  });

  it('reads [MASK] in a prompt only when asked', () => {
    const tokenizer = CharTokenizer.fromText('to be[MASK]');
    expect(tokenizer.encode('b[MASK]', { parseSpecial: true })).toHaveLength(2);
    expect(tokenizer.encode('b[MASK]')).toHaveLength(7);
    expect(tokenizer.decode(tokenizer.encode('[MASK]o[PAD][UNK]t', { parseSpecial: true }))).toBe('[MASK]o[PAD][UNK]t');
  });

  it('survives JSON', () => {
    fc.assert(
      fc.property(
        anyText.filter((text) => text.length > 0),
        (text) => {
          const tokenizer = CharTokenizer.fromText(text);
          const copy = tokenizerFromJSON(JSON.stringify(tokenizer));
          expect(copy).toBeInstanceOf(CharTokenizer);
          expect(copy.vocabSize).toBe(tokenizer.vocabSize);
          expect(copy.encode(text)).toEqual(tokenizer.encode(text));
        },
      ),
    );
  });

  it('says what is wrong with its arguments', () => {
    expect(() => CharTokenizer.fromText('')).toThrow('CharTokenizer.fromText: text is empty');
    expect(() => CharTokenizer.fromText(3 as never)).toThrow('text is number; want a string');
    expect(() => CharTokenizer.fromText('a', { maxVocab: 3 })).toThrow('maxVocab is 3; want an integer of at least 4');
    expect(() => CharTokenizer.fromText('a', { maxVocab: Number.NaN })).toThrow('maxVocab is NaN');
    expect(() => new CharTokenizer(['a', 'a'])).toThrow('characters[1] is "a", as characters[0] is');
    expect(() => new CharTokenizer(['ab'])).toThrow('characters[0] is "ab"; want one code point');
    expect(() => CharTokenizer.fromText('ab').decode([3, 5])).toThrow('ids[1] is 5; want an integer in 0..4');
    expect(() => CharTokenizer.fromText('ab').decode([3.5])).toThrow('ids[0] is 3.5');
  });
});

describe('ByteTokenizer', () => {
  const tokenizer = new ByteTokenizer();

  it('gives back any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const ids = tokenizer.encode(text);
        expect(ids.every((id) => id >= 3 && id < 259)).toBe(true);
        expect(tokenizer.decode(ids)).toBe(text);
      }),
    );
    expect(tokenizer.decode(tokenizer.encode('\ufeffa'))).toBe('\ufeffa');
  });

  it('has 256 bytes after the special tokens', () => {
    expect(tokenizer.vocabSize).toBe(259);
    expect([...tokenizer.encode('aé')]).toEqual([100, 198, 172]);
    expect(tokenizer.decode([100, 2, 100])).toBe('a[MASK]a');
    expect([...tokenizer.encode('a[MASK]', { parseSpecial: true })]).toEqual([100, 2]);
  });

  it('decodes broken UTF-8 to the replacement character', () => {
    expect(tokenizer.decode([198, 100])).toBe('\ufffda');
  });

  it('survives JSON', () => {
    expect(tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizer)))).toBeInstanceOf(ByteTokenizer);
  });
});

describe('tokenizerFromJSON', () => {
  it.each([
    ['{', 'tokenizerFromJSON: not JSON'],
    ['[]', 'got an array; want an object'],
    ['null', 'got null; want an object'],
    ['{"type":"bpe","version":1}', 'type is "bpe"; want "char" or "byte"'],
    ['{"type":"char","version":2,"characters":["a"]}', 'version is 2; this program reads 1'],
    ['{"type":"byte"}', 'version is undefined'],
    ['{"type":"char","version":1}', 'characters is undefined; want an array'],
    ['{"type":"char","version":1,"characters":[]}', 'characters is empty'],
    ['{"type":"char","version":1,"characters":[7]}', 'characters[0] is 7; want one code point'],
  ])('refuses %s', (json, message) => {
    expect(() => tokenizerFromJSON(json)).toThrow(message);
  });
});
