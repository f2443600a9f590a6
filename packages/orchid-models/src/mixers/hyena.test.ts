// Hyena against its formula with the sums of each convolution written out, O(L²), in float64.
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../../backends/src/testing/webgpu.ts';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { agrees, type Formula, givenTo, near, noise, project, someMask } from '../../test/formula.ts';
import { HyenaMixer, type HyenaMixerOptions } from './hyena.ts';

const engines = [...BACKENDS, ...((await hasWebGpu()) ? (['webgpu'] as const) : [])];
const filter = { order: 4, embDim: 3, numInnerMlps: 1, w: 2 };

/** The formula; the kernels, [N, L or 2L, D], are `given.kernels`, so that there are differences in them too. */
function formulaOf(mixer: HyenaMixer, length: number, mask: Float32Array | null, kernels: Float64Array): Formula {
  const { width: D, order: N, mode } = mixer;
  const rows = mode === 'bidirectional' ? 2 * length : length;
  return (given) => {
    const parts = (N + 1) * D;
    const p = project(given.x!, given['in_linear.weight']!, given['in_linear.bias']!, D);
    const taps = given['short_conv.weight']!.length / parts;
    const y = new Float64Array(given.x!.length);
    for (let b = 0; b < y.length / (length * D); b++) {
      const real = (t: number) => mask?.[b * length + t] ?? 1;
      const short = (t: number, channel: number) => {
        let sum = given['short_conv.bias']![channel]!;
        for (let j = 0; j < taps; j++) {
          const s = t - (taps - 1) + j;
          if (s < 0) continue;
          sum += given['short_conv.weight']![channel * taps + j]! * p[(b * length + s) * parts + channel]! * real(s);
        }
        return sum;
      };
      for (let c = 0; c < D; c++) {
        let z = Array.from({ length }, (_, t) => short(t, c));
        for (let n = 0; n < N; n++) {
          const from = z.map((value, t) => value * real(t));
          const h = (row: number) => (given.kernels ?? kernels)[(n * rows + row) * D + c]!;
          const kernel = (lag: number) => (mode === 'causal' ? (lag < 0 ? 0 : h(lag)) : h((lag + rows) % rows));
          z = from.map((_, t) => {
            let sum = given.skips![n * D + c]! * from[t]!;
            for (let s = 0; s < length; s++) sum += kernel(t - s) * from[s]!;
            return sum * short(t, (n + 1) * D + c);
          });
        }
        for (const [t, value] of z.entries()) y[(b * length + t) * D + c] = value;
      }
    }
    return project(y, given['out_linear.weight']!, given['out_linear.bias']!, D);
  };
}

interface Case extends HyenaMixerOptions {
  batch: number;
  length: number;
  masked?: boolean;
}

describe.each(engines)('HyenaMixer on %s', (engine) => {
  beforeAll(() => use(engine));

  const cases: Case[] = [
    { batch: 1, length: 1, width: 1, lMax: 1, mode: 'bidirectional' },
    { batch: 2, length: 7, width: 3, lMax: 7, mode: 'circular' },
    { batch: 2, length: 5, width: 2, lMax: 9, order: 1, shortFilterOrder: 1 },
    { batch: 1, length: 8, width: 2, lMax: 8, order: 3, mode: 'bidirectional', masked: true },
    { batch: 2, length: 6, width: 2, lMax: 8, mode: 'causal', masked: true },
    { batch: 2, length: 8, width: 2, lMax: 8, mode: 'bidirectional' },
  ];
  it.each(engine === 'webgpu' ? cases.slice(-2) : cases)('is the formula, gradients and all: %o', async (settings) => {
    const { batch, length, masked, ...options } = settings;
    const mixer = new HyenaMixer({ filter, ...options }, new Rng(1));
    const mask = masked ? someMask(batch, length) : null;
    const kernels = mixer.kernels(length);
    const values = Float64Array.from(await kernels.data());
    kernels.dispose();
    const formula = () => formulaOf(mixer, length, mask, values);
    await agrees(mixer, { batch, length, mask, formula, except: /^filter/, tolerance: 5e-5 });
    mixer.dispose();
  });

  it('hands the network of the kernels the gradients of the kernels', async () => {
    await withoutLeak(async () => {
      const [length, width] = [5, 2];
      const mixer = new HyenaMixer({ width, lMax: 6, filter, mode: 'bidirectional' }, new Rng(1));
      const x = tf.tensor3d(noise(length * width, 2), [1, length, width]);
      const cotangent = tf.tensor3d(noise(length * width, 3), [1, length, width]);
      const kernels = mixer.kernels(length);
      const given = { ...(await givenTo(mixer, x)), kernels: Float64Array.from(await kernels.data()) };
      const dy = await cotangent.data();
      const formula = formulaOf(mixer, length, null, given.kernels);
      const loss = () => formula(given).reduce((sum, value, i) => sum + value * dy[i]!, 0);
      const slopes = Float32Array.from(given.kernels, (value, i) => {
        given.kernels[i] = value + 1e-5;
        const up = loss();
        given.kernels[i] = value - 1e-5;
        const down = loss();
        given.kernels[i] = value;
        return (up - down) / 2e-5;
      });
      const dKernels = tf.tensor3d(slopes, kernels.shape);
      const variables = [...mixer.namedParameters()]
        .filter(([name]) => name.startsWith('filter'))
        .map(([, { variable }]) => variable);
      const want = tf.variableGrads(() => tf.sum(tf.mul(mixer.kernels(length), dKernels)) as tf.Scalar, variables);
      const got = tf.variableGrads(() => tf.sum(tf.mul(mixer.forward(x), cotangent)) as tf.Scalar, variables);
      for (const { name } of variables) near(name, await got.grads[name]!.data(), await want.grads[name]!.data(), 1e-4);
      tf.dispose([x, cotangent, kernels, dKernels, want.value, want.grads, got.value, got.grads]);
      mixer.dispose();
    });
  });

  it('is causal, or not, as it is told', async () => {
    const length = 9;
    const changed = async (mode: 'causal' | 'bidirectional' | 'circular') => {
      const mixer = new HyenaMixer({ width: 2, lMax: length, filter, mode }, new Rng(1));
      const values = noise(length * 2, 2);
      const outputs = (x: Float32Array) => tf.tidy(() => mixer.forward(tf.tensor3d(x, [1, length, 2])));
      const before = outputs(values);
      values[5 * 2] = 3;
      const after = outputs(values);
      const [a, b] = [await before.data(), await after.data()];
      tf.dispose([before, after]);
      mixer.dispose();
      return [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((t) => Math.abs(a[2 * t]! - b[2 * t]!) > 1e-5);
    };
    expect(await changed('causal')).toEqual([5, 6, 7, 8]);
    for (const mode of ['bidirectional', 'circular'] as const) expect(await changed(mode)).toContain(4);
  });
});

describe('HyenaMixer', () => {
  beforeAll(() => use('cpu'));

  it('says what it wants', () => {
    const make = (options: object) => () => new HyenaMixer({ width: 4, lMax: 8, ...options }, new Rng(1));
    expect(make({ order: 0 })).toThrow('HyenaMixer: order is 0; want a positive integer');
    expect(make({ mode: 'both' })).toThrow(
      `HyenaMixer: mode is "both"; want 'causal' or 'bidirectional' or 'circular'`,
    );
    expect(make({ filter: { embDim: 4 } })).toThrow('ImplicitFilter: embDim is 4');
    const mixer = make({})();
    const forward = (shape: [number, number, number]) => () => tf.tidy(() => mixer.forward(tf.zeros(shape)));
    expect(forward([1, 9, 4])).toThrow('HyenaMixer: the sequence has 9 positions, and lMax is 8');
    expect(forward([1, 8, 5])).toThrow('HyenaMixer: x has the shape [1,8,5], want [batch, length, 4]');
    mixer.dispose();
  });
});
