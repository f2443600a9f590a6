// The float64 references against known values and central differences: everything else is checked against them.
import { describe, expect, test } from 'vitest';
import { expectClose, ids, noise, numericalGrad } from '../testing/numbers.ts';
import { erf, erfc } from './erf.ts';
import { gelu, geluGrad } from './gelu.ts';
import { groupedConv1d, groupedConv1dGrad } from './grouped-conv1d.ts';
import { layerNorm, layerNormGrad } from './layer-norm.ts';
import { linear, linearGrad } from './linear.ts';
import { paddedRows } from './padded-rows.ts';
import { softmaxCrossEntropy, softmaxCrossEntropyGrad } from './softmax-cross-entropy.ts';

test('erf and erfc have their tabulated values', () => {
  // Abramowitz & Stegun, table 7.1
  expect(erf(0)).toBe(0);
  expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 14);
  expect(erf(-1)).toBeCloseTo(-0.8427007929497149, 14);
  expect(erf(2)).toBeCloseTo(0.9953222650189527, 14);
  expect(erfc(3) / 2.209049699858544e-5).toBeCloseTo(1, 12);
  expect(erfc(5) / 1.5374597944280349e-12).toBeCloseTo(1, 12);
  expect(erfc(-2)).toBeCloseTo(1.995322265018953, 14);
});

describe('gradients agree with central differences', () => {
  test('gelu', async () => {
    const [x, dy] = [noise(40, 1), noise(40, 2)];
    await expectClose(geluGrad(x, dy), numericalGrad(gelu, x, dy), 1e-8);
  });

  test('layerNorm', async () => {
    const [x, dy, weight, bias] = [noise(15, 1), noise(15, 2), noise(5, 3), noise(5, 4)];
    const { dx, dweight, dbias } = layerNormGrad(x, dy, 5, weight, 1e-5);
    await expectClose(
      dx,
      numericalGrad((v) => layerNorm(v, 5, weight, bias, 1e-5).y, x, dy),
      1e-7,
    );
    await expectClose(
      dweight,
      numericalGrad((v) => layerNorm(x, 5, v, bias, 1e-5).y, weight, dy),
      1e-7,
    );
    await expectClose(
      dbias,
      numericalGrad((v) => layerNorm(x, 5, weight, v, 1e-5).y, bias, dy),
      1e-7,
    );
  });

  test.each([null, 'gelu'] as const)('linear, activation %s', async (activation) => {
    const sizes = { rows: 4, inputs: 3, outputs: 5 };
    const [x, weight, bias, dy] = [noise(12, 1), noise(15, 2), noise(5, 3), noise(20, 4)];
    const { slope } = linear(x, weight, bias, activation, sizes);
    const { dx, dweight, dbias } = linearGrad(x, weight, dy, slope, sizes);
    await expectClose(
      dx,
      numericalGrad((v) => linear(v, weight, bias, activation, sizes).y, x, dy),
      1e-7,
    );
    await expectClose(
      dweight,
      numericalGrad((v) => linear(x, v, bias, activation, sizes).y, weight, dy),
      1e-7,
    );
    await expectClose(
      dbias,
      numericalGrad((v) => linear(x, weight, v, activation, sizes).y, bias, dy),
      1e-7,
    );
  });

  test('softmaxCrossEntropy', async () => {
    const [x, dy, labels] = [noise(21, 1), noise(3, 2), ids(3, 7, 3)];
    const numerical = numericalGrad((v) => softmaxCrossEntropy(v, labels, 7).loss, x, dy);
    await expectClose(softmaxCrossEntropyGrad(x, labels, dy, 7), numerical, 1e-7);
  });

  test.each([
    [4, 4, 4],
    [4, 8, 4],
    [6, 6, 3],
    [6, 4, 2],
  ])('groupedConv1d, %i to %i channels in %i groups', async (inputs, outputs, groups) => {
    const rows = paddedRows(5, 3, 'same', 'zeros');
    const sizes = { batch: 2, length: 5, inputs, outputs, groups, taps: 3, rows };
    const [x, w, b] = [noise(10 * inputs, 1), noise((outputs * inputs * 3) / groups, 2), noise(outputs, 3)];
    const dy = noise(10 * outputs, 4);
    const { dx, dweight, dbias } = groupedConv1dGrad(x, w, dy, sizes);
    await expectClose(
      dx,
      numericalGrad((v) => groupedConv1d(v, w, b, sizes), x, dy),
      1e-7,
    );
    await expectClose(
      dweight,
      numericalGrad((v) => groupedConv1d(x, v, b, sizes), w, dy),
      1e-7,
    );
    await expectClose(
      dbias,
      numericalGrad((v) => groupedConv1d(x, w, v, sizes), b, dy),
      1e-7,
    );
  });
});

test('padding tables', () => {
  expect([...paddedRows(4, 3, 'same', 'zeros')]).toEqual([-1, 0, 1, 2, 3, -1]);
  expect([...paddedRows(4, 3, 'causal', 'zeros')]).toEqual([-1, -1, 0, 1, 2, 3]);
  expect([...paddedRows(4, 3, 'same', 'circular')]).toEqual([3, 0, 1, 2, 3, 0]);
  expect([...paddedRows(4, 5, 'same', 'reflect')]).toEqual([2, 1, 0, 1, 2, 3, 2, 1]);
});
