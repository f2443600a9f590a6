// Random inputs of every kind of convolution, as flat arrays and as tensors.
import * as tf from '@tensorflow/tfjs-core';
import type { DdConvArrays, DdConvSettings } from '../src/plain/index.ts';
import { Rng, randomArray } from './engines.ts';

export interface Case {
  transform: 'dft' | 'dct';
  kernel: 'none' | 'shared' | 'per example';
  spectrum: boolean;
  skip: boolean;
  /** both; one alone is a test of its own */
  gates?: boolean;
}

export const cases: Case[] = (['dft', 'dct'] as const).flatMap((transform) =>
  (['none', 'shared', 'per example'] as const).flatMap((kernel) =>
    [false, true].flatMap((spectrum) =>
      [false, true].filter(() => kernel !== 'none' || spectrum).map((skip) => ({ transform, kernel, spectrum, skip })),
    ),
  ),
);
for (const c of cases.filter(({ spectrum, skip }) => spectrum && skip)) cases.push({ ...c, gates: true });

export const label = (c: Case) =>
  `${c.transform}, kernel ${c.kernel}${c.spectrum ? ', spectrum' : ''}${c.skip ? ', skip' : ''}${c.gates ? ', gates' : ''}`;

export function bins(transform: 'dft' | 'dct', n: number): number {
  return transform === 'dct' ? n : Math.floor(n / 2) + 1;
}

/** Values that float32 holds exactly, so that every engine and the float64 path see the same. */
export function randomArrays(c: Case, settings: DdConvSettings, seed: number, rows = settings.length): DdConvArrays {
  const rng = new Rng(seed);
  const { batch, length, width } = settings;
  const spectrumSize = batch * bins(c.transform, settings.fftLength ?? length) * width;
  const perExample = c.kernel === 'per example';
  return {
    z: randomArray(rng, batch * length * width),
    ...(c.kernel !== 'none' && {
      kernel: { values: randomArray(rng, (perExample ? batch : 1) * rows * width), rows, perExample },
    }),
    ...(c.spectrum && {
      spectrum: {
        re: randomArray(rng, spectrumSize),
        ...(c.transform === 'dft' && { im: randomArray(rng, spectrumSize) }),
      },
    }),
    ...(c.skip && { skip: randomArray(rng, width) }),
    ...(c.gates && {
      inputGate: randomArray(rng, batch * length * width),
      outputGate: randomArray(rng, batch * length * width),
    }),
  };
}

/** The arrays as tensors, in the order z, kernel, re, im, skip, inputGate, outputGate, those that are there. */
export function tensorsOf(settings: DdConvSettings, arrays: DdConvArrays): tf.Tensor[] {
  const { batch, length, width } = settings;
  const { kernel, spectrum, skip, inputGate, outputGate } = arrays;
  const n = bins(settings.transform, settings.fftLength ?? length);
  const tensor = (from: ArrayLike<number>, shape: number[]) => tf.tensor(from as Float32Array, shape);
  return [
    tensor(arrays.z, [batch, length, width]),
    ...(kernel ? [tensor(kernel.values, [...(kernel.perExample ? [batch] : []), kernel.rows, width])] : []),
    ...(spectrum ? [tensor(spectrum.re, [batch, n, width])] : []),
    ...(spectrum?.im ? [tensor(spectrum.im, [batch, n, width])] : []),
    ...(skip ? [tensor(skip, [width])] : []),
    ...[inputGate, outputGate].flatMap((gate) => (gate ? [tensor(gate, [batch, length, width])] : [])),
  ];
}
