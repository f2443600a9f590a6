// Conformance: every op on every backend against the float64 functions, over lengths, layouts, norms and paddings.
import { beforeAll, describe, expect, it } from 'vitest';
import { rfft } from '../src/index.ts';
import { checkAll, NORMS } from './check-all.ts';
import { ENGINES, type EngineName, noiseTensor, start, take } from './support.ts';

const LENGTHS = [...Array.from({ length: 40 }, (_, i) => i + 1), 64, 97, 100, 128, 243, 360, 509, 1000, 1024, 2048];
/** On webgpu each length is programs to compile: of the short ones, those whose stages differ. */
const lengthsOn = (engine: EngineName): number[] =>
  engine === 'webgpu'
    ? LENGTHS.filter((n) => n <= 9 || n > 40 || [15, 16, 17, 25, 27, 31, 32, 40].includes(n))
    : LENGTHS;

/** [shape, axis]: signals neighbouring in memory (8 and more, in odd numbers), samples neighbouring, and neither. */
const layouts = (n: number): [number[], number][] => [
  [[n], 0],
  [[3, n], 1],
  [[11, n], -1],
  [[n, 8], 0],
  [[2, n, 13], 1],
  [[2, n, 3], -2],
  [[1, 2, n, 5], 2],
];

describe.each(ENGINES)('transforms on %s', (engine) => {
  beforeAll(() => start(engine));

  it.each(lengthsOn(engine))('agree with float64 for n = %i in every layout', async (n) => {
    for (const [shape, axis] of n <= 128 ? layouts(n) : layouts(n).slice(2, 5)) {
      await checkAll(shape, axis, undefined, 'backward');
    }
  });

  it.each(NORMS)('scale as norm %s says', async (norm) => {
    for (const n of [1, 6, 7, 16]) await checkAll([9, n], 1, undefined, norm);
    await checkAll([2, 12, 9], 1, undefined, norm);
  });

  it('pad with zeros and cut to n', async () => {
    for (const n of engine === 'webgpu' ? [1, 2, 5, 8, 13, 16, 27] : [1, 2, 5, 8, 11, 13, 16, 27, 32]) {
      for (const [shape, axis] of layouts(12)) await checkAll(shape, axis, n, 'backward');
    }
  });

  it.each([4096, 10007])('handle length %i', async (n) => {
    await checkAll([n], 0, undefined, 'backward');
  });

  it('accept tensors without elements', async () => {
    const x = noiseTensor([0, 6]);
    const bins = rfft(x);
    expect(bins.re.shape).toEqual([0, 4]);
    await take(x, bins.re, bins.im);
  });

  it('handle more signals than one group of lanes, with a remainder', async () => {
    for (const batch of [7, 8, 9, 16, 17, 31]) {
      await checkAll([batch, 20], 1, undefined, 'backward');
      await checkAll([20, batch], 0, undefined, 'backward');
    }
  });
});
