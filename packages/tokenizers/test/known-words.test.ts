// What tokenizers remember of words, and count of them, does not keep the texts in memory that the words were cut from.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { BpeModel } from '../src/bpe/model.ts';
import { KnownWords } from '../src/known-words.ts';
import { countWords } from '../src/training/word-counts.ts';
import { WordPieceModel } from '../src/wordpiece/model.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heap = () => {
  collect();
  return process.memoryUsage().heapUsed;
};

const letters = new Map([...'abcdefghijklmnopqrstuvwxyz0123456789'].map((letter, id) => [letter, id]));
const settings = { unk: 0, prefix: '##', maxInputCharsPerWord: 100 };

describe.each([
  ['WordPiece', () => new WordPieceModel(letters, settings)],
  ['BPE', () => new BpeModel(letters, [])],
])('%s', (_name, make) => {
  it('keeps words, not texts', () => {
    const model = make();
    const before = heap();
    for (let i = 0; i < 200; i++) {
      const text = `${i}${'abcdefghij'.repeat(10_000)}`;
      model.encode(text.slice(0, 20));
    }
    // The texts have 20 MB.
    expect(heap() - before).toBeLessThan(4e6);
    expect(model.encode('0abc')).toBeInstanceOf(Int32Array);
  });
});

describe('countWords', () => {
  it('keeps words, not lines, and words of any length', async () => {
    function* lines() {
      for (let i = 0; i < 200; i++) yield `${i}${'abcdefghij'.repeat(10_000)}`;
    }
    const before = heap();
    const counts = await countWords('test', lines(), (line, visit) => visit(line.slice(0, 20)));
    expect(heap() - before).toBeLessThan(4e6);
    expect(counts.size).toBe(200);
    const long = `${'🌸'.repeat(100_000)}\ud800`;
    const two = await countWords('test', [long, long], (line, visit) => visit(line));
    expect([...two]).toEqual([[long, 2]]);
  });
});

describe('KnownWords', () => {
  it('knows any text again but long ones', () => {
    const words = new KnownWords();
    const all = ['', 'a', '\ud800', 'x\udc00', '🌸'.repeat(32), 'ß'.repeat(64)];
    for (const [i, word] of all.entries()) words.set(word, Int32Array.of(i));
    expect(all.map((word) => words.get(word)?.[0])).toEqual([0, 1, 2, 3, 4, 5]);
    words.set('y'.repeat(65), Int32Array.of(9));
    expect(words.get('y'.repeat(65))).toBeUndefined();
  });
});
