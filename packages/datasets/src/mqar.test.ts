// MQAR: every key asked for once, with its value; places by a power law; the same from a seed or a state.
import { describe, expect, it } from 'vitest';
import { IGNORED, MqarGenerator, mqarBatches } from './index.ts';

const options = { length: 64, vocabSize: 128, pairs: 8, batchSize: 5, seed: 3 };

describe('MQAR', () => {
  it('asks for each key once after the pairs, and is ignored elsewhere', () => {
    const { ids, labels, queryPositions, queryLabels, batch, length } = mqarBatches(options).next();
    expect([ids.length, labels.length, batch, length]).toEqual([320, 320, 5, 64]);
    expect(queryPositions).toHaveLength(40);
    for (let row = 0; row < batch; row++) {
      const sequence = [...ids.subarray(row * 64, (row + 1) * 64)];
      const wanted = [...labels.subarray(row * 64, (row + 1) * 64)];
      const keys = sequence.slice(0, 16).filter((_, i) => i % 2 === 0);
      const values = sequence.slice(0, 16).filter((_, i) => i % 2 === 1);
      expect([new Set(keys).size, new Set(values).size]).toEqual([8, 8]);
      expect(keys.every((key) => key >= 1 && key < 64)).toBe(true);
      expect(values.every((value) => value >= 64 && value < 128)).toBe(true);
      const asked = wanted.flatMap((label, i) => (label === IGNORED ? [] : [i]));
      expect(asked).toHaveLength(8);
      for (const at of asked) {
        expect(at >= 16 && at % 2 === 0).toBe(true);
        expect(wanted[at]).toBe(values[keys.indexOf(sequence[at]!)]);
      }
      expect(new Set(asked.map((at) => sequence[at])).size).toBe(8);
      const flat = [...queryPositions.subarray(row * 8, (row + 1) * 8)];
      expect(flat).toEqual(asked.map((at) => row * 64 + at));
      expect([...queryLabels.subarray(row * 8, (row + 1) * 8)]).toEqual(asked.map((at) => wanted[at]));
    }
  });

  it('asks early rather than late: the first place by the power law', () => {
    const one = mqarBatches({ ...options, length: 32, pairs: 1, batchSize: 20_000, power: 0.5 });
    const { queryPositions } = one.next();
    const counts = new Float64Array(15);
    for (const at of queryPositions) counts[((at % 32) - 2) / 2]!++;
    const weights = counts.map((_, i) => (i + 1) ** -0.5);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    counts.forEach((count, i) => {
      const share = weights[i]! / total;
      // Five standard deviations.
      expect(Math.abs(count / 20_000 - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / 20_000));
    });
  });

  it('fills with tokens at random, or with 0', () => {
    const { ids, labels } = mqarBatches({ ...options, randomFill: false }).next();
    ids.forEach((id, i) => {
      if (i % 64 >= 16) expect(id === 0).toBe(labels[i] === IGNORED);
    });
    const filled = mqarBatches(options).next().ids;
    expect(filled.filter((id) => id === 0).length).toBeLessThan(20);
  });

  it('repeats from a seed, goes on from a state, and has the paper’s vocabulary by default', () => {
    const [one, two] = [mqarBatches(options), mqarBatches(options)];
    expect(one.next()).toEqual(two.next());
    const three = mqarBatches(options);
    three.state = JSON.parse(JSON.stringify(one.state));
    expect(three.next()).toEqual(one.next());
    expect(mqarBatches({ ...options, stream: 'test' }).next()).not.toEqual(mqarBatches(options).next());
    expect(mqarBatches({ ...options, seed: 4 }).next()).not.toEqual(mqarBatches(options).next());
    const plain = new MqarGenerator({ length: 256, batchSize: 2, seed: 0 });
    expect([plain.options.vocabSize, plain.options.pairs, plain.options.power]).toEqual([8192, 32, 0.01]);
    expect(plain.next(1).ids.some((id) => id > 4096)).toBe(true);
  });

  it('takes the tightest of sequences', () => {
    const { ids, labels } = mqarBatches({ length: 4, vocabSize: 4, pairs: 1, batchSize: 1, seed: 0 }).next();
    expect([ids[0], ids[2], labels[2]]).toEqual([1, 1, ids[1]]);
  });

  it.each([
    [{ length: 63 }, 'MQAR: length is 63; want an even one'],
    [{ length: 2 }, 'length is 2; want an integer of at least 4'],
    [{ pairs: 17 }, 'pairs is 17; a length of 64 holds at most 16'],
    [{ pairs: 0 }, 'pairs is 0'],
    [{ vocabSize: 127 }, 'vocabSize is 127; want an even one'],
    [{ vocabSize: 16 }, 'vocabSize 16 has 7 keys; want at least 8, one a pair'],
    [{ power: 0 }, 'power is 0; want a number above 0'],
    [{ batchSize: 0 }, 'batchSize is 0'],
    [{ seed: -1 }, 'Rng: seed is -1'],
  ])('refuses %o', (changed, message) => {
    expect(() => mqarBatches({ ...options, ...changed })).toThrow(message);
  });
});
