// Batches of examples: every one once an epoch, the same from any point on, in memory and streamed; and mixing.
import { describe, expect, it } from 'vitest';
import { Rng } from '../rng.ts';
import {
  type ExampleBatch,
  ExampleDataset,
  type ExampleSource,
  mixup,
  oneOf,
  StreamedDataset,
  type StreamedSource,
  subset,
} from './index.ts';

/** Example i is [i, a random number]. */
function numbers(count: number, classes = ['even', 'odd']): ExampleSource {
  return {
    labels: Int32Array.from({ length: count }, (_, i) => i % 2),
    classes,
    shape: [2],
    read: (index, rng) => Float32Array.of(index, rng.uniform()),
  };
}

const options = { train: numbers(10), evaluation: numbers(7), batchSize: 3, seed: 4 };
const firsts = ({ inputs, batch }: ExampleBatch) => Array.from({ length: batch }, (_, i) => inputs[2 * i]!);

describe('ExampleDataset', () => {
  it('gives whole batches, none twice an epoch, in another order each epoch', () => {
    const data = new ExampleDataset(options);
    expect([data.batchesPerEpoch, data.trainCount, data.evaluationCount]).toEqual([3, 10, 7]);
    const epochs = Array.from({ length: 3 }, () => Array.from({ length: 3 }, () => firsts(data.trainBatch())).flat());
    for (const seen of epochs) {
      expect(seen).toHaveLength(9);
      expect(new Set(seen).size).toBe(9);
    }
    expect(new Set(epochs.map(String)).size).toBe(3);
    const { labels, inputs, shape, batch } = data.trainBatch();
    expect([...labels]).toEqual([0, 2, 4].map((i) => inputs[i]! % 2));
    expect([shape, batch]).toEqual([[2], 3]);
  });

  it('goes on from a saved state, and depends on the seed', () => {
    const data = new ExampleDataset(options);
    for (let i = 0; i < 5; i++) data.trainBatch();
    const copy = new ExampleDataset(options);
    copy.state = JSON.parse(JSON.stringify(data.state));
    for (let i = 0; i < 4; i++) expect(copy.trainBatch()).toEqual(data.trainBatch());
    expect(new ExampleDataset({ ...options, seed: 5 }).trainBatch()).not.toEqual(
      new ExampleDataset(options).trainBatch(),
    );
  });

  it('evaluates in order, the same way every time', () => {
    const data = new ExampleDataset(options);
    const before = [...data.evalBatches()];
    data.trainBatch();
    expect([...data.evalBatches()]).toEqual(before);
    expect(before.map(firsts)).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect([...data.evalBatches(3)].map(firsts)).toEqual([[0, 2, 4]]);
  });

  it.each([
    [{ batchSize: 0 }, 'batchSize is 0; want an integer of at least 1'],
    [{ batchSize: 11 }, 'batchSize is 11, but there are 10 examples to learn from'],
    [{ evaluation: numbers(0) }, 'there are none to evaluate on'],
    [{ evaluation: { ...numbers(3), shape: [3] } }, 'the shape [2], those to evaluate on [3]'],
    [{ evaluation: numbers(3, ['a', 'b']) }, 'the classes to learn (even, odd) are not those to evaluate (a, b)'],
    [{ train: numbers(4, ['even']), evaluation: numbers(4, ['even']) }, 'label 1 is 1; want 0..0'],
    [{ seed: -1 }, 'Rng: seed is -1'],
  ])('refuses %o', (changed, message) => {
    expect(() => new ExampleDataset({ ...options, ...changed }).trainBatch()).toThrow(message);
  });

  it('refuses a state that is none, a limit below 1, and an example of another size', () => {
    const data = new ExampleDataset(options);
    expect(() => {
      data.state = { batches: -1 };
    }).toThrow('the state is {"batches":-1}; want {batches}');
    expect(() => [...data.evalBatches(0)]).toThrow('the limit of an evaluation is 0');
    const short = { ...numbers(10), read: () => new Float32Array(1) };
    expect(() => new ExampleDataset({ ...options, train: short }).trainBatch()).toThrow('one has 1 values; want 2');
  });

  it('takes a part of a source', () => {
    const part = subset(numbers(10), [9, 4]);
    expect([[...part.labels], part.read(0, new Rng(0))[0], part.read(1, new Rng(0))[0]]).toEqual([[1, 0], 9, 4]);
    expect(() => subset(numbers(2), [2])).toThrow('subset: index 2; want an integer in 0..1');
  });
});

describe('StreamedDataset', () => {
  function stream(source: ExampleSource, bad: readonly number[] = []): StreamedSource & { reads: number } {
    return {
      ...source,
      reads: 0,
      async read(index, rng) {
        this.reads++;
        // Later ones come first.
        await new Promise((resolve) => setTimeout(resolve, (10 - index) % 4));
        return bad.includes(index) ? null : source.read(index, rng);
      },
    };
  }
  const bound = (source: StreamedSource): StreamedSource => ({
    ...source,
    read: (index, rng) => source.read.call(source, index, rng),
  });
  const streamed = { ...options, train: bound(stream(options.train)), evaluation: bound(stream(options.evaluation)) };

  it('gives the batches that memory gives, and goes on from a saved state', async () => {
    const [data, inMemory] = [new StreamedDataset(streamed), new ExampleDataset(options)];
    for (let i = 0; i < 5; i++) expect(await data.trainBatch()).toEqual(inMemory.trainBatch());
    expect(data.state).toEqual({ batches: 5 });
    const copy = new StreamedDataset({ ...streamed, ahead: 0 });
    copy.state = data.state;
    expect(await copy.trainBatch()).toEqual(inMemory.trainBatch());
    const batches = [];
    for await (const batch of data.evalBatches()) batches.push(batch);
    expect(batches).toEqual([...inMemory.evalBatches()]);
  });

  it('reads ahead, as far as it is told', async () => {
    const source = stream(numbers(10));
    const data = new StreamedDataset({ ...streamed, train: bound(source), ahead: 1 });
    await data.trainBatch();
    expect(source.reads).toBe(6);
    expect(data.state).toEqual({ batches: 1 });
  });

  it('fills the places of those that cannot be read, and leaves them out of an evaluation', async () => {
    const bad = [1, 4, 5];
    const data = new StreamedDataset({
      ...streamed,
      train: bound(stream(options.train, bad)),
      evaluation: bound(stream(options.evaluation, bad)),
    });
    for (let i = 0; i < 6; i++) {
      const { batch, inputs, labels } = await data.trainBatch();
      expect(batch).toBe(3);
      for (let row = 0; row < 3; row++) {
        expect(bad).not.toContain(inputs[2 * row]);
        expect(labels[row]).toBe(inputs[2 * row]! % 2);
      }
    }
    const seen = [];
    for await (const batch of data.evalBatches()) seen.push(firsts(batch));
    expect(seen).toEqual([[0, 2], [3], [6]]);
    const none = new StreamedDataset({ ...streamed, train: bound(stream(options.train, [...Array(10).keys()])) });
    await expect(none.trainBatch()).rejects.toThrow('none of the 10 to learn from can be read');
  });

  it('throws at the batch whose example throws, not before, and again at the same', async () => {
    const order = new ExampleDataset(options);
    const third = [order.trainBatch(), order.trainBatch(), order.trainBatch()][2]!;
    let isBroken = true;
    const train: StreamedSource = {
      ...numbers(10),
      read: async (index, rng) => {
        if (isBroken && index === third.inputs[0]) throw new Error('the disk is gone');
        return numbers(10).read(index, rng);
      },
    };
    const data = new StreamedDataset({ ...streamed, train });
    await data.trainBatch();
    await data.trainBatch();
    await expect(data.trainBatch()).rejects.toThrow('the disk is gone');
    await expect(data.trainBatch()).rejects.toThrow('the disk is gone');
    isBroken = false;
    expect(await data.trainBatch()).toEqual(third);
  });

  it('refuses to read ahead less than nothing', () => {
    expect(() => new StreamedDataset({ ...streamed, ahead: -1 })).toThrow('ahead is -1; want an integer of at least 0');
  });
});

describe('mixup', () => {
  const batch: ExampleBatch = {
    inputs: Float32Array.of(0, 0, 1, 1, 2, 2),
    shape: [2],
    labels: Int32Array.of(0, 1, 2),
    batch: 3,
  };

  it('blends inputs and labels in the same proportion', () => {
    const shares = [];
    for (let seed = 0; seed < 50; seed++) {
      const { inputs, targets, labels } = mixup(0.4)(batch, 3, new Rng(seed));
      expect(labels).toBe(batch.labels);
      for (let row = 0; row < 3; row++) {
        const soft = [...targets!.subarray(3 * row, 3 * row + 3)];
        expect(soft.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
        // An example's values are its label's number, so the mean label is the value.
        expect(inputs[2 * row]).toBeCloseTo(soft[1]! + 2 * soft[2]!, 6);
        shares.push(soft[row]!);
      }
    }
    // Beta(0.4, 0.4) is mostly near its ends, and an example may be its own partner.
    const middle = shares.filter((share) => share > 0.25 && share < 0.75).length / shares.length;
    expect(middle).toBeGreaterThan(0.05);
    expect(middle).toBeLessThan(0.4);
  });

  it('is applied to training batches alone, repeatably', () => {
    const mixed = { ...options, batchTransform: oneOf(mixup(1)) };
    const data = new ExampleDataset(mixed);
    const first = data.trainBatch();
    expect(first.targets).toHaveLength(6);
    expect(new ExampleDataset(mixed).trainBatch()).toEqual(first);
    expect([...data.evalBatches()][0]!.targets).toBeUndefined();
  });

  it('refuses an alpha of 0, and a choice of nothing', () => {
    expect(() => mixup(0)).toThrow('mixup: alpha is 0; want a number above 0');
    expect(() => oneOf()).toThrow('oneOf: no transforms');
  });
});
