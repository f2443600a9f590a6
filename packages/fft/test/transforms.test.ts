// Conformance: every op on every backend against the float64 functions, over lengths, layouts, norms and paddings.
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { dct, fft, idct, ifft, irfft, rfft } from '../src/index.ts';
import * as plain from '../src/plain/index.ts';
import { alongAxis, ENGINES, type EngineName, expectClose, noise, noiseTensor, start, take } from './support.ts';

const LENGTHS = [...Array.from({ length: 40 }, (_, i) => i + 1), 64, 97, 100, 128, 243, 360, 509, 1000, 1024, 2048];
/** On webgpu each length is programs to compile: of the short ones, those whose stages differ. */
const lengthsOn = (engine: EngineName): number[] =>
  engine === 'webgpu'
    ? LENGTHS.filter((n) => n <= 9 || n > 40 || [15, 16, 17, 25, 27, 31, 32, 40].includes(n))
    : LENGTHS;
const NORMS = ['backward', 'ortho', 'forward'] as const;

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

async function checkAll(shape: number[], givenAxis: number, n: number | undefined, norm: (typeof NORMS)[number]) {
  const before = memory().numTensors;
  const size = shape.reduce((a, b) => a * b, 1);
  const axis = givenAxis < 0 ? givenAxis + shape.length : givenAxis;
  const options = { axis: givenAxis, norm, ...(n === undefined ? {} : { n }) };
  const length = n === undefined ? {} : { n };
  const [a, b] = [noise(size, 1), noise(size, 2)];
  const re = noiseTensor(shape, 1);
  const im = noiseTensor(shape, 2);
  const samples = n ?? shape[axis]!;
  const sized = (count: number) => shape.map((old, i) => (i === axis ? count : old));

  const bins = rfft(re, options);
  expect(bins.re.shape).toEqual(sized(Math.floor(samples / 2) + 1));
  const wantBins = alongAxis([a], shape, axis, (x) => Object.values(plain.rfft(x, { norm, ...length })));
  (await take(bins.re, bins.im)).forEach((got, i) => {
    expectClose(got, wantBins[i]!);
  });

  for (const [op, reference] of [
    [fft, plain.fft],
    [ifft, plain.ifft],
  ] as const) {
    const got = op({ re, im }, options);
    expect(got.re.shape).toEqual(sized(samples));
    const want = alongAxis([a, b], shape, axis, (x, y) => Object.values(reference(x, y, { norm, ...length })));
    const scale = Math.max(...want.map((values) => values.reduce((m, v) => Math.max(m, Math.abs(v)), 0)));
    (await take(got.re, got.im)).forEach((values, i) => {
      const worst = values.reduce((m, v, j) => Math.max(m, Math.abs(v - want[i]![j]!)), 0);
      expect(worst / scale).toBeLessThan(5e-6);
    });
  }

  // both parities: the input holds the bins of an even or an odd length
  for (const count of n === undefined ? [2 * shape[axis]! - 1, 2 * shape[axis]! - 2] : [n]) {
    if (count < 1) continue;
    const [want] = alongAxis([a, b], shape, axis, (x, y) => [plain.irfft(x, y, { norm, n: count })]);
    const got = irfft({ re, im }, { ...options, n: count });
    expect(got.shape).toEqual(sized(count));
    expectClose((await take(got))[0]!, want!);
  }

  for (const [op, reference] of [
    [dct, plain.dct],
    [idct, plain.idct],
  ] as const) {
    const got = op(re, { axis: givenAxis, ...length });
    expect(got.shape).toEqual(sized(samples));
    const [want] = alongAxis([a], shape, axis, (x) => [reference(x, length)]);
    expectClose((await take(got))[0]!, want!);
  }
  re.dispose();
  im.dispose();
  expect(memory().numTensors).toBe(before);
}

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
