// Every sequence keeps the task's rules, whatever its length and vocabulary; typed sequences are read or refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRecall, parseRecall, recallBatches } from './index.ts';

describe('recallBatches', () => {
  it('keeps the rules for any length, vocabulary and seed', () => {
    const any = fc.record({
      length: fc.integer({ min: 4, max: 70 }),
      vocabSize: fc.integer({ min: 3, max: 20 }).map((half) => 2 * half),
      batchSize: fc.integer({ min: 1, max: 5 }),
      seed: fc.maxSafeNat(),
    });
    fc.assert(
      fc.property(any, (options) => {
        const { length, vocabSize, batchSize } = options;
        const { ids, labels } = recallBatches(options).next();
        expect(ids).toHaveLength(batchSize * length);
        expect(labels).toHaveLength(batchSize);
        for (let row = 0; row < batchSize; row++) {
          const sequence = ids.subarray(row * length, (row + 1) * length);
          expect(sequence[0] === vocabSize - 1).toBe(length % 2 === 1);
          expect(sequence.filter((id) => id >= vocabSize - 2)).toHaveLength(1 + (length % 2));
          expect(sequence[length - 2]).toBe(vocabSize - 2);
          // The reader checks the alternation, one value a key, and that the query occurred.
          const read = parseRecall(formatRecall(sequence, vocabSize), vocabSize);
          expect(read.ids).toEqual(Int32Array.from(sequence));
          expect(read.query).toBe(sequence[length - 1]);
          expect(read.expected).toBe(labels[row]);
        }
      }),
    );
  });

  it('repeats for a seed; streams and seeds differ', () => {
    const options = { length: 16, vocabSize: 20, batchSize: 8, seed: 3 };
    const a = recallBatches(options);
    const b = recallBatches(options);
    expect(a.next()).toEqual(b.next());
    expect(a.next()).toEqual(b.next());
    expect(recallBatches({ ...options, stream: 'test' }).next()).not.toEqual(recallBatches(options).next());
    expect(recallBatches({ ...options, seed: 4 }).next()).not.toEqual(recallBatches(options).next());
    expect(a.next()).not.toEqual(recallBatches(options).next());
  });

  it('goes on from a saved state', () => {
    const options = { length: 16, vocabSize: 20, batchSize: 8, seed: 3 };
    const first = recallBatches(options);
    first.next();
    const second = recallBatches(options);
    second.state = JSON.parse(JSON.stringify(first.state));
    expect(second.next()).toEqual(first.next());
  });

  it('draws keys, values, queries and labels evenly', () => {
    const { ids, labels } = recallBatches({ length: 128, vocabSize: 20, batchSize: 2000, seed: 0 }).next();
    const queries = new Array<number>(9).fill(0);
    const values = new Array<number>(9).fill(0);
    labels.forEach((label, row) => {
      values[label - 9]!++;
      queries[ids[row * 128 + 127]!]!++;
    });
    for (const count of [...queries, ...values])
      expect(Math.abs(count - 2000 / 9)).toBeLessThan(5 * Math.sqrt(2000 / 9));
  });

  it('writes down one batch of it', () => {
    const { ids, labels } = recallBatches({ length: 13, vocabSize: 6, batchSize: 1, seed: 0 }).next();
    expect(`${formatRecall(ids, 6)} | ${labels[0]}`).toMatchInlineSnapshot(`". 0 3 0 3 0 3 1 3 1 3 => 1 | 3"`);
  });

  it.each([
    [{ vocabSize: 19 }, 'recall: vocabSize is 19; want an even integer of at least 6'],
    [{ vocabSize: 4 }, 'recall: vocabSize is 4; want an even integer of at least 6'],
    [{ length: 3 }, 'recall: length is 3; want an integer of at least 4'],
    [{ length: 10.5 }, 'recall: length is 10.5'],
    [{ batchSize: 0 }, 'recall: batchSize is 0'],
    [{ seed: -1 }, 'Rng: seed is -1'],
  ])('refuses %o', (changed, message) => {
    const options = { length: 16, vocabSize: 20, batchSize: 2, seed: 0, ...changed };
    expect(() => recallBatches(options)).toThrow(message);
  });
});

describe('parseRecall', () => {
  it('reads pairs, no-ops and the query, and pads on the left', () => {
    const { ids, query, expected } = parseRecall(' 3 12, . 0 15 => 3', 20, 9);
    expect([...ids]).toEqual([19, 19, 3, 12, 19, 0, 15, 18, 3]);
    expect([query, expected]).toEqual([3, 12]);
    expect(formatRecall(ids, 20)).toBe('. . 3 12 . 0 15 => 3');
  });

  it.each([
    ['', 'there is no =>'],
    ['3 12 0 15', 'there is no =>; want the sequence to end in => and the query key'],
    ['3 12 =>', '=> is token 3 of 3'],
    ['3 12 => 3 4', '=> is token 3 of 5'],
    ['3 12 => 4', 'the query is 4; want a key that occurred (3)'],
    ['=> 4', 'the query is 4; want a key that occurred (there is none)'],
    ['3 x => 3', 'token 2 is "x"; want a key 0..8, a value 9..17, => or .'],
    ['3 18 => 3', 'token 2 is "18"'],
    ['-3 12 => 3', 'token 1 is "-3"'],
    ['3 4 => 3', 'token 2 is 4; want a value 9..17 after key 3'],
    ['3 . => 3', 'token 2 is .; want a value 9..17 after key 3'],
    ['12 3 => 3', 'token 1 is 12; want a key 0..8 here'],
    ['3 12 4 => 3', 'key 4 has no value before =>'],
    ['3 12 3 13 => 3', 'token 4 is 13, but key 3 had the value 12 before'],
  ])('refuses "%s"', (text, message) => {
    expect(() => parseRecall(text, 20)).toThrow(message);
  });

  it('refuses a sequence longer than the length', () => {
    expect(() => parseRecall('3 12 => 3', 20, 3)).toThrow('it has 4 tokens, which do not fit a length of 3');
  });
});
