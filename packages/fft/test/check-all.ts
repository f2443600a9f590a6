// Every op against its float64 function, for the suites that run them over lengths, layouts and limits.
import { memory } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { dct, fft, idct, ifft, irfft, rfft } from '../src/index.ts';
import * as plain from '../src/plain/index.ts';
import { alongAxis, expectClose, noise, noiseTensor, take } from './support.ts';

export const NORMS = ['backward', 'ortho', 'forward'] as const;

/**
 * Runs every op along an axis of a tensor, and expects of each what the float64 function gives, and no tensor left behind.
 *
 * @param n length of the transforms; undefined: the axis's own
 */
export async function checkAll(
  shape: number[],
  givenAxis: number,
  n: number | undefined,
  norm: (typeof NORMS)[number],
) {
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
