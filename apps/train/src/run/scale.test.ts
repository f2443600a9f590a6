// A scaling curve's arithmetic, on points made up here; the points themselves are measured in test/tools.test.ts.
import { describe, expect, it } from 'vitest';
import { scaleTable } from '../ui/scale-table.ts';
import { batchesOf, growth, type ScalePoint } from './scale.ts';

const options = { mixer: 'orchid', lengths: [], tokens: 131_072, microTokens: 8192, recompute: 'auto' } as const;

describe('batchesOf', () => {
  it.each([
    [1024, 128, 16],
    [8192, 16, 16],
    [16_384, 8, 8],
    [131_072, 1, 1],
    [200_000, 1, 1],
    [3000, 43, 22],
  ])('%i tokens: %i sequences in %i micro-batches', (length, batch, microBatches) => {
    expect(batchesOf(options, length)).toEqual({ batch, microBatches });
  });

  it('takes a number of sequences instead', () => {
    expect(batchesOf({ ...options, batch: 1 }, 1024)).toEqual({ batch: 1, microBatches: 1 });
    expect(batchesOf({ ...options, batch: 20 }, 1024)).toEqual({ batch: 20, microBatches: 3 });
  });
});

const point = (mixer: string, length: number, microsecondsPerToken?: number): ScalePoint => ({
  mixer,
  length,
  batch: 4,
  microBatches: 2,
  recompute: length > 2000,
  ...(microsecondsPerToken === undefined
    ? { cannot: 'the wasm heap has no room for 512.0 MB more' }
    : {
        microsecondsPerToken,
        medianMs: 1234,
        heapPredictedBytes: 3.1 * 2 ** 20,
        heapPeakBytes: 3 * 2 ** 20,
        maxRssBytes: 2 ** 30,
      }),
});
const points = [point('orchid', 1024, 100), point('orchid', 2 ** 20, 250), point('attention', 1024, 50)];

describe('growth', () => {
  it('is 1 where time goes with L log L, from the shortest length of the same mixer', () => {
    expect(growth(points, points[0]!)).toBe(1);
    expect(growth(points, points[1]!)).toBeCloseTo(1.25, 10);
    expect(growth(points, points[2]!)).toBe(1);
    expect(growth(points, point('attention', 4096))).toBe(null);
  });
});

describe('scaleTable', () => {
  it('says what was measured, and below it what cannot run and why', () => {
    const lines = scaleTable([...points, point('attention', 4096)]);
    expect(lines[2]).toMatch(/^orchid +1,048,576 +4 +2 +yes +1,234 +250\.0 +1\.25 +3\.1 MiB +3\.0 MiB +1\.0 GiB$/);
    expect(lines[4]).toMatch(/^attention +4,096 +4 +2 +yes +cannot$/);
    expect(lines.at(-1)).toBe('attention at 4,096 cannot run: the wasm heap has no room for 512.0 MB more');
  });
});
