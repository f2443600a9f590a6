// The float64 definition against its sums, and its gradients against central differences.
import { nextFastLength } from '@orchid-ml/fft/plain';
import { describe, expect, it } from 'vitest';
import { type Case, cases, label, randomArrays } from '../../test/cases.ts';
import { directDdConv } from '../../test/direct.ts';
import { error, Rng, randomArray } from '../../test/engines.ts';
import { type DdConvArrays, type DdConvSettings, ddConv, ddConvGradient } from './index.ts';

const sizes = [1, 2, 3, 8, 13, 16, 30];

describe.each(cases.map((c) => [label(c), c] as const))('%s', (_, c) => {
  it('is what its sums say', () => {
    for (const length of sizes) {
      const settings: DdConvSettings = { batch: 2, length, width: 3, transform: c.transform, kernelScale: scale(c) };
      const arrays = randomArrays(c, settings, length);
      expect(error(ddConv(settings, arrays), directDdConv(settings, arrays)), `L ${length}`).toBeLessThan(1e-13);
    }
  });

  it('has the gradients of central differences', () => {
    for (const length of [1, 2, 5, 6, 8]) {
      const settings: DdConvSettings = { batch: 2, length, width: 2, transform: c.transform, kernelScale: scale(c) };
      checkGradients(settings, randomArrays(c, settings, 100 + length));
    }
  });
});

describe('padded to a longer transform', () => {
  const c: Case = { transform: 'dft', kernel: 'shared', spectrum: false, skip: true };
  it.each([
    [5, 3],
    [8, 8],
    [1, 1],
  ])('is the causal convolution, L %i and kernel %i', (length, rows) => {
    const settings: DdConvSettings = {
      batch: 2,
      length,
      width: 2,
      transform: 'dft',
      fftLength: nextFastLength(length + rows - 1),
    };
    for (const kernel of ['shared', 'per example'] as const) {
      const arrays = randomArrays({ ...c, kernel }, settings, 7, rows);
      expect(error(ddConv(settings, arrays), directDdConv(settings, arrays))).toBeLessThan(1e-13);
      checkGradients(settings, arrays);
    }
  });
});

function scale(c: Case): number {
  return c.transform === 'dct' ? 1 : 0.25;
}

function checkGradients(settings: DdConvSettings, arrays: DdConvArrays): void {
  const { batch, length, width } = settings;
  const dy = randomArray(new Rng(9), batch * length * width);
  const loss = (a: DdConvArrays) => ddConv(settings, a).reduce((sum, v, i) => sum + v * dy[i]!, 0);
  const gradients = ddConvGradient(settings, arrays, dy);
  const check = (name: string, from: ArrayLike<number>, got: Float64Array, put: (v: Float64Array) => DdConvArrays) => {
    const want = Float64Array.from({ length: from.length }, (_, i) => {
      // The loss is at most quadratic in one input, so central differences are exact but for rounding.
      const at = (delta: number) => loss(put(Float64Array.from(from, (v, j) => (j === i ? v + delta : v))));
      return at(0.5) - at(-0.5);
    });
    expect(error(got, want), `${name}, L ${length}`).toBeLessThan(1e-12);
  };
  check('z', arrays.z, gradients.z, (z) => ({ ...arrays, z }));
  const { kernel, spectrum, skip } = arrays;
  if (kernel) {
    check('kernel', kernel.values, gradients.kernel!, (v) => ({ ...arrays, kernel: { ...kernel, values: v } }));
  }
  if (spectrum) {
    check('re', spectrum.re, gradients.spectrum!.re, (re) => ({ ...arrays, spectrum: { ...spectrum, re } }));
    if (spectrum.im) {
      check('im', spectrum.im, gradients.spectrum!.im!, (im) => ({ ...arrays, spectrum: { ...spectrum, im } }));
    }
  }
  if (skip) check('skip', skip, gradients.skip!, (v) => ({ ...arrays, skip: v }));
  for (const gate of ['inputGate', 'outputGate'] as const) {
    if (arrays[gate]) check(gate, arrays[gate], gradients[gate]!, (v) => ({ ...arrays, [gate]: v }));
  }
}
