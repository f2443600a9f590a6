// Conditioning networks against their formulas written out in float64, for every type and option.
import { dct, rfft } from '@orchid-ml/fft/plain';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { engines, Rng, randomArray, start, values } from '../../test/engines.ts';
import { ddConv } from '../index.ts';
import { createConditioning } from './conditioning.ts';
import type { ConditioningOptions } from './options.ts';

const width = 3;
const options: Omit<ConditioningOptions, 'width'>[] = [
  {},
  { norm: 'ortho', magnitude: 'abs' },
  { norm: 'backward', filterSize: 5, paddingMode: 'circular' },
  { layers: 3, paddingMode: 'reflect' },
  { transform: 'dct' },
  { transform: 'dct', magnitude: 'squared', layers: 2, normLayer: 'none' },
  { normLayer: 'none', norm: 'ortho' },
  { kernelDomain: 'time' },
  { type: 'I-time' },
  { type: 'I-time', transform: 'dct' },
  { type: 'I-freq', norm: 'ortho' },
  { type: 'I-freq', transform: 'dct' },
  { type: 'II' },
  { type: 'II', transform: 'dct', activation: 'tanh' },
  { type: 'II', norm: 'ortho', activation: 'sigmoid' },
  { type: 'II', norm: 'ortho', activation: 'softsign' },
  { type: 'II', norm: 'ortho', activation: 'softshrink', layers: 2 },
  { type: 'II', norm: 'ortho', activation: 'tanh', activationOn: 'magnitude' },
  { type: 'II', norm: 'ortho', activation: 'softshrink', activationOn: 'magnitude', kernelDomain: 'time' },
];

describe.each(engines)('%s', (engine) => {
  beforeAll(() => start(engine));

  it.each(options)('%o', async (given) => {
    for (const length of [8, 13]) {
      const network = createConditioning({ width, ...given }, new Rng(length));
      const rng = new Rng(1);
      const parameters = new Map<string, Float32Array>();
      for (const [name, { variable }] of network.namedParameters()) {
        // Away from what a norm starts with.
        const moved = tf.tidy(() => tf.add(variable, tf.tensor(randomArray(rng, variable.size), variable.shape)));
        variable.assign(moved);
        moved.dispose();
        parameters.set(name, await values(variable));
      }
      const input = randomArray(rng, 2 * length * width);
      const u = tf.tensor3d(input, [2, length, width]);
      const before = tf.memory().numTensors;
      const got = network.forward(u);
      expect(tf.memory().numTensors).toBe(before + (got instanceof tf.Tensor ? 1 : 2));
      for (const b of [0, 1]) {
        const want = formula(
          network.settings,
          parameters,
          input.subarray(b * length * width, (b + 1) * length * width),
          length,
        );
        const rows = want.re.length;
        const half = async (t: tf.Tensor) => (await values(t)).subarray(b * rows, (b + 1) * rows);
        const scale = Math.max(...want.re.map(Math.abs), ...want.im.map(Math.abs));
        const check = (a: Float32Array, w: number[]) =>
          expect(Math.max(...w.map((v, i) => Math.abs(v - a[i]!))) / scale).toBeLessThan(2e-5);
        if (got instanceof tf.Tensor) check(await half(got), want.re);
        else {
          check(await half(got.re), want.re);
          check(await half(got.im), want.im);
        }
      }
      // It is what ddConv takes, and every parameter has a gradient.
      const { transform, kernelDomain } = network.settings;
      const loss = () =>
        tf.sum(tf.square(ddConv(u, { spectrum: network.forward(u), transform, kernelDomain }))) as tf.Scalar;
      const { value, grads } = tf.variableGrads(loss, network.trainableVariables());
      for (const grad of Object.values(grads)) expect((await values(grad)).every(Number.isFinite)).toBe(true);
      tf.dispose([got as tf.Tensor, value, u]);
      tf.dispose(grads);
      network.dispose();
    }
  });

  it('stays finite where a spectrum is zero', async () => {
    for (const given of [
      { magnitude: 'abs' },
      { magnitude: 'abs', transform: 'dct' },
      { type: 'II', activation: 'tanh', activationOn: 'magnitude' },
      { type: 'II', activation: 'sigmoid', activationOn: 'magnitude' },
    ] as const) {
      const network = createConditioning({ width, normLayer: 'none', ...given }, new Rng(2));
      for (const [name, { variable }] of network.namedParameters())
        if (name.includes('bias')) variable.assign(tf.zerosLike(variable));
      const u = tf.zeros([1, 8, width]) as tf.Tensor3D;
      const dx = tf.grad((t) => {
        const h = network.forward(t as tf.Tensor3D);
        return h instanceof tf.Tensor ? h : tf.add(h.re, h.im);
      })(u);
      expect([...(await values(dx))].every((v) => v === 0)).toBe(true);
      network.dispose();
    }
  });
});

describe('options', () => {
  beforeAll(() => start('cpu'));

  it.each<[object, string]>([
    [{ type: 'III' }, `createConditioning: type is "III"; want 'I' or`],
    [{ width: 0 }, 'width is 0; want a positive integer'],
    [{ filterSize: 4 }, 'filterSize is 4; want an odd number'],
    [{ layers: 0 }, 'layers is 0'],
    [{ transform: 'dct', kernelDomain: 'time' }, "kernelDomain 'time' goes with transform 'dft' only"],
    [{ activation: 'relu' }, 'activation is "relu"'],
    [{ paddding: 'zeros' }, "unknown option 'paddding'"],
    [{ magnitude: 'cubed' }, 'magnitude is "cubed"'],
  ])('%o', (given, message) => {
    expect(() => createConditioning({ width, ...given } as ConditioningOptions, new Rng(1))).toThrow(message);
  });

  it('names its parameters, and says when the input does not fit', () => {
    const names = (given: object) => [...createConditioning({ width, ...given }, new Rng(1)).namedParameters()];
    expect(names({ layers: 2 }).map(([name, { value }]) => `${name} [${value.shape}]`)).toEqual([
      'time.convs.0.weight [3,1,3]',
      'time.convs.0.bias [3]',
      'time.norms.0.weight [3]',
      'time.norms.0.bias [3]',
      'time.convs.1.weight [3,1,3]',
      'time.convs.1.bias [3]',
      'time.norms.1.weight [3]',
      'time.norms.1.bias [3]',
      'frequency.convs.0.weight [6,1,3]',
      'frequency.convs.0.bias [6]',
      'frequency.norms.0.weight [6]',
      'frequency.norms.0.bias [6]',
      'frequency.convs.1.weight [6,2,3]',
      'frequency.convs.1.bias [6]',
      'frequency.norms.1.weight [6]',
      'frequency.norms.1.bias [6]',
    ]);
    expect(names({ type: 'II', normLayer: 'none' }).map(([name]) => name)).toEqual([
      'key.convs.0.weight',
      'key.convs.0.bias',
      'query.convs.0.weight',
      'query.convs.0.bias',
    ]);
    const network = createConditioning({ width }, new Rng(1));
    expect(() => network.forward(tf.zeros([2, 8, 4]))).toThrow('u has shape [2,8,4]; want 3 channels');
    expect(() => network.forward(tf.zeros([8, 3]) as never)).toThrow('u has shape [8,3]; want rank 3');
  });
});

type Rows = number[][];

/** H of one example [length, width] as flat [bins, width] parts, from design formulas. */
function formula(
  settings: Required<ConditioningOptions>,
  parameters: Map<string, Float32Array>,
  input: Float32Array,
  length: number,
): { re: number[]; im: number[] } {
  const u: Rows = Array.from({ length }, (_, t) => [...input.subarray(t * width, (t + 1) * width)]);
  const F = (x: Rows): { re: Rows; im: Rows } => {
    const columns = Array.from({ length: width }, (_, c) => x.map((row) => row[c]!));
    const n = settings.kernelDomain === 'time' ? 2 * length : length;
    const spectra = columns.map((column) =>
      settings.transform === 'dct'
        ? { re: dct(column), im: new Float64Array(n) }
        : rfft(column, { n, norm: settings.norm }),
    );
    const rows = (part: 're' | 'im'): Rows => Array.from(spectra[0]!.re, (_, k) => spectra.map((s) => s[part][k]!));
    return { re: rows('re'), im: rows('im') };
  };
  const stack = (name: string, x: Rows, multiplier: number): Rows => {
    for (let i = 0; i < settings.layers; i++) {
      x = conv(
        x,
        parameters.get(`${name}.convs.${i}.weight`)!,
        parameters.get(`${name}.convs.${i}.bias`)!,
        i === 0 ? 1 : multiplier,
        multiplier,
      );
      if (i + 1 < settings.layers) x = x.map((row) => row.map((v) => (v * (1 + erf(v / Math.SQRT2))) / 2));
      if (settings.normLayer === 'layernorm') {
        x = x.map((row) => {
          const mean = row.reduce((a, b) => a + b) / row.length;
          const variance = row.reduce((s, v) => s + (v - mean) ** 2, 0) / row.length;
          return row.map(
            (v, c) =>
              ((v - mean) / Math.sqrt(variance + 1e-5)) * parameters.get(`${name}.norms.${i}.weight`)![c]! +
              parameters.get(`${name}.norms.${i}.bias`)![c]!,
          );
        });
      }
    }
    return x;
  };
  const conv = (x: Rows, weight: Float32Array, bias: Float32Array, inputs: number, multiplier: number): Rows => {
    const m = settings.filterSize;
    const at = (t: number): number[] => {
      const n = x.length;
      if (t >= 0 && t < n) return x[t]!;
      if (settings.paddingMode === 'zeros') return x[0]!.map(() => 0);
      if (settings.paddingMode === 'circular') return x[(t + n) % n]!;
      return x[t < 0 ? -t : 2 * (n - 1) - t]!;
    };
    return x.map((_, t) =>
      Array.from(bias, (start, o) => {
        let sum = start;
        const group = Math.floor(o / multiplier);
        for (let i = 0; i < inputs; i++) {
          for (let j = 0; j < m; j++)
            sum += weight[(o * inputs + i) * m + j]! * at(t + j - (m - 1) / 2)[group * inputs + i]!;
        }
        return sum;
      }),
    );
  };
  const map = (a: Rows, b: Rows, f: (x: number, y: number) => number): Rows =>
    a.map((row, k) => row.map((v, c) => f(v, b[k]![c]!)));
  const isDct = settings.transform === 'dct';
  if (settings.type === 'II') {
    const k = F(stack('key', u, 1));
    const q = F(stack('query', u, 1));
    const sigma = {
      identity: (x: number) => x,
      tanh: Math.tanh,
      sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
      softsign: (x: number) => x / (1 + Math.abs(x)),
      softshrink: (x: number) => Math.sign(x) * Math.max(0, Math.abs(x) - 0.5),
    }[settings.activation];
    const onMagnitude = (x: number, y: number) =>
      Math.hypot(x, y) === 0 ? 0 : (sigma(Math.hypot(x, y)) * x) / Math.hypot(x, y);
    const isWhole = settings.activationOn === 'magnitude';
    const re = isWhole ? map(q.re, q.im, onMagnitude) : q.re.map((row) => row.map(sigma));
    const im = isDct ? q.im : isWhole ? map(q.im, q.re, onMagnitude) : q.im.map((row) => row.map(sigma));
    return {
      re: map(
        map(k.re, re, (a, b) => a * b),
        map(k.im, im, (a, b) => a * b),
        (a, b) => a + b,
      ).flat(),
      im: map(
        map(k.re, im, (a, b) => a * b),
        map(k.im, re, (a, b) => a * b),
        (a, b) => a - b,
      ).flat(),
    };
  }
  const U = F(settings.type === 'I-freq' ? u : stack('time', u, 1));
  const M = map(U.re, U.im, settings.magnitude === 'abs' ? Math.hypot : (a, b) => a * a + b * b);
  if (settings.type === 'I-time') return { re: M.flat(), im: M.flat().map(() => 0) };
  const G = stack('frequency', M, isDct ? 1 : 2);
  if (isDct) return { re: G.flat(), im: G.flat().map(() => 0) };
  return {
    re: G.flatMap((row) => row.filter((_, c) => c % 2 === 0)),
    im: G.flatMap((row) => row.filter((_, c) => c % 2 === 1)),
  };
}

/** The error function by its series; arguments here are small. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
