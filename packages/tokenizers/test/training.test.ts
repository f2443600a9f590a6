// Vocabularies learned from text: the counted algorithm beside a plain one, the same from the same words, readable by the library.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenizerFromJSON, trainBpe, trainWordPiece } from '../src/index.ts';
import { loadTokenizer, readLines } from '../src/node/index.ts';
import { learnMerges } from '../src/training/pairs.ts';
import { bpe, CORPUS, library, wordPiece } from './support.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orchid-tokenizers-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Counts all pairs anew for each merge. */
function plainLearn(
  words: readonly (readonly number[])[],
  counts: readonly number[],
  merges: number,
  least: number,
  next: number,
) {
  let texts = words.map((word) => [...word]);
  const learned: [number, number][] = [];
  while (learned.length < merges) {
    const pairs = new Map<string, number>();
    texts.forEach((word, w) => {
      word.slice(1).forEach((right, i) => {
        const pair = `${word[i]} ${right}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + counts[w]!);
      });
    });
    const ordered = [...pairs].map(
      ([pair, count]) => [...pair.split(' ').map(Number), count] as [number, number, number],
    );
    ordered.sort((a, b) => b[2] - a[2] || a[0] - b[0] || a[1] - b[1]);
    const best = ordered[0];
    if (!best || best[2] < least) break;
    const merged = next + learned.length;
    learned.push([best[0], best[1]]);
    texts = texts.map((word) => {
      const out: number[] = [];
      for (let i = 0; i < word.length; i++) {
        if (word[i] === best[0] && word[i + 1] === best[1]) {
          out.push(merged);
          i++;
        } else out.push(word[i]!);
      }
      return out;
    });
  }
  return learned;
}

describe('learnMerges', () => {
  it('finds what counting anew for each merge finds', () => {
    const word = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 });
    const corpus = fc.array(fc.tuple(word, fc.integer({ min: 1, max: 5 })), { maxLength: 12 });
    fc.assert(
      fc.property(corpus, fc.integer({ min: 1, max: 3 }), (entries, minFrequency) => {
        const words = entries.map(([symbols]) => symbols);
        const counts = entries.map(([, count]) => count);
        let next = 4;
        const learned = learnMerges(
          { symbols: words.map((symbols) => Int32Array.from(symbols)), counts },
          { minFrequency, done: () => next >= 24, join: () => next++ },
        );
        expect(learned).toEqual(plainLearn(words, counts, 20, minFrequency, 4));
      }),
      { numRuns: 500 },
    );
  });
});

describe('trainWordPiece', () => {
  it('has special tokens, characters, and pieces that make the frequent words whole', () => {
    expect(wordPiece.vocabSize).toBe(260);
    expect(wordPiece.specialTokens).toEqual({ pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 });
    expect(wordPiece.encode('orchid')).toHaveLength(1);
    for (const line of CORPUS) expect(wordPiece.encode(line)).not.toContain(1);
    expect([...wordPiece.encode('漢')]).toEqual([1]);
  });

  it('depends on the words and their counts alone, and comes from streams alike', async () => {
    async function* streamed() {
      for (const line of [...CORPUS].reverse()) yield line;
    }
    const again = await trainWordPiece(streamed(), { vocabSize: 260, minFrequency: 1 });
    expect(JSON.stringify(again)).toBe(JSON.stringify(wordPiece));
  });

  it('heeds its options', async () => {
    const cased = await trainWordPiece(['Aa aa É'], {
      vocabSize: 30,
      lowercase: false,
      minFrequency: 1,
      special: ['[X]'],
    });
    expect(cased.idOf('[X]')).toBe(5);
    expect(cased.specialIds).toEqual([0, 1, 2, 3, 4, 5]);
    expect(cased.words('Aa É')).toEqual(['Aa', 'É']);
    expect(cased.idOf('Aa')).toBeDefined();
    const rare = await trainWordPiece(['abc abd'], { vocabSize: 30, minFrequency: 2 });
    expect([rare.idOf('ab'), rare.idOf('abc')]).toEqual([rare.vocabSize - 1, undefined]);
    const few = await trainWordPiece(['aaa bbb aaa bbc'], { vocabSize: 30, maxAlphabet: 2, minFrequency: 1 });
    expect(few.encode('bbb')).toHaveLength(1);
    expect([...few.encode('bbc')]).toEqual([1]);
  });

  it.each([
    [['a'], { vocabSize: 5 }, 'trainWordPiece: vocabSize is 5; want an integer of at least 6'],
    [['abc'], { vocabSize: 7 }, 'vocabSize is 7; want at least 8 (5 special tokens, 3 characters'],
    [[], { vocabSize: 50 }, 'the corpus has no word'],
    ['abc', { vocabSize: 50 }, 'lines is string; want an array or another iterable of lines'],
    [[3], { vocabSize: 50 }, 'line 1 is number; want a string'],
    [['a'], { vocabSize: 50, minFrequency: 0 }, 'minFrequency is 0'],
    [['a'], { vocabSize: 50, special: ['[PAD]'] }, 'special[5] is "[PAD]"; want distinct texts'],
  ])('refuses %j with %j', async (lines, options, message) => {
    await expect(trainWordPiece(lines as string[], options)).rejects.toThrow(message);
  });
});

describe('trainBpe', () => {
  it('has special tokens, bytes, merges, and depends on the words alone', async () => {
    expect(bpe.vocabSize).toBe(420);
    expect(bpe.specialTokens).toEqual({ bos: 0, eos: 0, pad: 1, cls: 2, sep: 3, mask: 4 });
    expect(bpe.settings.merges).toHaveLength(420 - 261);
    expect(bpe.encode(' orchid')).toHaveLength(1);
    const again = await trainBpe([...CORPUS].reverse(), {
      vocabSize: 420,
      minFrequency: 1,
      special: ['<|endoftext|>', '[PAD]', '[CLS]', '[SEP]', '[MASK]'],
    });
    expect(JSON.stringify(again)).toBe(JSON.stringify(bpe));
  });

  it.each([
    [['a'], { vocabSize: 256 }, 'trainBpe: vocabSize is 256; want an integer of at least 257'],
    [[''], { vocabSize: 300 }, 'the corpus has no word'],
    [['a'], { vocabSize: 300, special: ['a'] }, 'a special token is written as a byte is'],
    [['a'], { vocabSize: 300, special: [''] }, 'special[0] is ""'],
  ])('refuses %j with %j', async (lines, options, message) => {
    await expect(trainBpe(lines, options)).rejects.toThrow(message);
  });
});

describe('what was learned', () => {
  it('is read by the library, which gives the same tokens', () => {
    for (const tokenizer of [wordPiece, bpe])
      for (const line of CORPUS)
        expect(library(tokenizer).encode(line).ids).toEqual([...tokenizer.encodeText(line).ids]);
  });

  it('comes from files of any size, and is loaded from a folder', async () => {
    const files = [join(folder, 'one.txt'), join(folder, 'two.txt')];
    await writeFile(files[0]!, CORPUS.slice(0, 3).join('\r\n'));
    await writeFile(files[1]!, `${CORPUS.slice(3).join('\n')}\n`);
    const lines: string[] = [];
    for await (const line of readLines(...files)) lines.push(line);
    expect(lines).toEqual(CORPUS);
    const tokenizer = await trainWordPiece(readLines(...files), { vocabSize: 260, minFrequency: 1 });
    await writeFile(join(folder, 'tokenizer.json'), `\ufeff${JSON.stringify(tokenizer)}`);
    expect(JSON.stringify(await loadTokenizer(folder))).toBe(JSON.stringify(wordPiece));
    expect(tokenizerFromJSON(wordPiece.toJSON()).encode('orchids')).toEqual(wordPiece.encode('orchids'));
  });

  it('stops reading when nobody wants more', async () => {
    const path = join(folder, 'long.txt');
    await writeFile(path, 'a line\n'.repeat(100_000));
    let count = 0;
    for await (const line of readLines(path)) {
      expect(line).toBe('a line');
      if (++count === 3) break;
    }
    expect(count).toBe(3);
  });

  it('files that cannot be read are named', async () => {
    const read = async (path: string) => {
      for await (const _ of readLines(path));
    };
    await expect(read(join(folder, 'none.txt'))).rejects.toThrow(/text file .*none\.txt: ENOENT/);
    await expect(read(folder)).rejects.toThrow(/text file .*: EISDIR/);
    await expect(loadTokenizer(join(folder, 'none'))).rejects.toThrow(/tokenizer .*none: there is no such folder/);
    await expect(loadTokenizer(join(folder, 'one.txt'))).rejects.toThrow('it is a file; want a folder');
    const empty = await mkdtemp(join(folder, 'empty-'));
    await expect(loadTokenizer(empty)).rejects.toThrow(/tokenizer .*empty-.*: tokenizerFromFiles: got none/);
    await writeFile(join(empty, 'tokenizer.json'), '{"model":{"type":"WordLevel"}}');
    await expect(loadTokenizer(empty)).rejects.toThrow(/tokenizer .*model\.type is "WordLevel"/);
  });
});
