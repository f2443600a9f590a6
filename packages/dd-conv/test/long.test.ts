// Long and awkward lengths on webgpu: the operator and its gradients in several passes, against float64.
import { beforeAll, describe, it } from 'vitest';
import { type Case, randomArrays } from './cases.ts';
import { engines, start } from './engines.ts';
import { check, settingsOf } from './on-webgpu.ts';

const full: Case = { transform: 'dft', kernel: 'shared', spectrum: true, skip: true };

describe.runIf(engines.includes('webgpu'))('webgpu', () => {
  beforeAll(() => start('webgpu'));

  // 2^k up to 2^17, 3·2^k, 10^4, odd, primes; every kind of convolution somewhere.
  it.each<[number, number, number, Partial<Case>]>([
    [2048, 2, 3, { gates: true }],
    [4096, 2, 2, { kernel: 'per example' }],
    [6144, 2, 3, { gates: true }],
    [8192, 2, 2, { transform: 'dct', gates: true }],
    [10_000, 1, 2, { kernel: 'none' }],
    [15_625, 2, 1, { transform: 'dct', kernel: 'none' }],
    [32_768, 1, 2, { transform: 'dct', kernel: 'per example' }],
    [131_072, 1, 2, { gates: true }],
    [4099, 2, 2, { gates: true }],
    [4099, 2, 1, { transform: 'dct' }],
    [65_521, 1, 1, { kernel: 'per example', spectrum: false }],
  ])(
    'length %i, %i examples of %i channels, %o',
    async (length, batch, width, kind) => {
      const c = { ...full, ...kind };
      const settings = settingsOf(c, batch, length, width);
      await check(c, settings, randomArrays(c, settings, length));
    },
    300_000,
  );
});
