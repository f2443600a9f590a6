// The programs' text, so that a change shows where there is no GPU.
import { wgsl } from '@orchid-ml/backends/webgpu-host';
import { sharedTransform } from '@orchid-ml/fft/wgsl';
import { describe, expect, it } from 'vitest';
import { fromRowsProgram, toRowsProgram } from './columns.ts';
import { type Fused, fusedBuffers, fusedProgram } from './fused.ts';
import { correlateProgram, cutProgram, filterProgram } from './separate.ts';
import { interleaveProgram, splitComplexProgram } from './split-complex.ts';
import { foldSkipProgram, sumPartsProgram } from './sum-parts.ts';

const forward: Fused = {
  transform: 'dft',
  n1: 1,
  isEvenLength: true,
  isEvenWidth: true,
  kernel: 'shared',
  hasSpectrum: true,
  hasSkip: true,
  hasInputGate: true,
  hasOutputGate: true,
  outputs: ['y'],
};
const all = ['z', 'inputGate', 'outputGate', 'kernel', 'spectrum', 'skip'] as const;
const rows = { n1: 8, hasInputGate: false, hasOutputGate: false };

describe('WGSL', () => {
  it.each<[string, Fused, ReturnType<typeof sharedTransform>]>([
    ['one pass', forward, sharedTransform(8, 8, 32)],
    [
      'one pass, odd width, a length of Bluestein',
      { ...forward, isEvenLength: false, isEvenWidth: false },
      sharedTransform(7, 8, 32),
    ],
    ['one pass, dct', { ...forward, transform: 'dct', kernel: 'per example' }, sharedTransform(8, 8, 32)],
    ['all gradients at once', { ...forward, outputs: all }, sharedTransform(8, 8, 32)],
    ['rows', { ...forward, ...rows, hasSkip: false }, sharedTransform(16, 8, 32)],
    [
      'gradients of rows',
      { ...forward, ...rows, hasSkip: false, outputs: ['z', 'kernel', 'spectrum', 'skip'] },
      sharedTransform(16, 8, 32),
    ],
  ])('%s', (_, fused, transform) => {
    expect(wgsl(fusedProgram(fused, transform))).toMatchSnapshot();
  });

  it('columns', () => {
    const transform = sharedTransform(8, 8, 32);
    const common = { transform: 'dft', isEvenWidth: true, hasGate: true } as const;
    expect(wgsl(toRowsProgram({ ...common, hasSkip: true }, transform))).toMatchSnapshot();
    expect(wgsl(fromRowsProgram({ ...common, hasOther: true, adds: false }, transform))).toMatchSnapshot();
    expect(
      wgsl(fromRowsProgram({ ...common, transform: 'dct', hasOther: false, adds: true }, transform)),
    ).toMatchSnapshot();
  });

  it('what is between transforms', () => {
    const filtering = { isReal: false, conjugates: true, hasKernel: true, hasSpectrum: true, hasSkip: true };
    const programs = [
      cutProgram(true, true),
      filterProgram(filtering),
      correlateProgram(false),
      correlateProgram(true),
    ];
    const others = [
      sumPartsProgram(false),
      sumPartsProgram(true),
      foldSkipProgram,
      splitComplexProgram,
      interleaveProgram,
    ];
    expect([...programs, ...others].map(wgsl).join('\n')).toMatchSnapshot();
  });

  // A device binds eight buffers at least.
  it('every output alone has eight buffers at most, without skip or with no more than one gate', () => {
    for (const output of ['y', ...all] as const) {
      expect(fusedBuffers({ ...forward, hasSkip: false, outputs: [output] }).length, output).toBeLessThanOrEqual(8);
    }
    for (const outputs of [['y'], ['z', 'kernel', 'spectrum']] as const) {
      expect(fusedBuffers({ ...forward, ...rows, hasSkip: false, outputs }).length).toBeLessThanOrEqual(8);
    }
  });
});
