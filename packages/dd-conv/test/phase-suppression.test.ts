// Type I conditioning as one op: the plain functions against finite differences, every engine against the plain functions,
// and what it keeps for its gradient.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { lowerLimits } from '../../backends/src/testing/limits.ts';
import { createConditioning, type PhaseSuppressionOptions, phaseSuppression } from '../src/index.ts';
import {
  type PhaseSuppressionArrays,
  type PhaseSuppressionSettings,
  phaseSuppressionGradient,
  phaseSuppression as plain,
  type SideArrays,
} from '../src/plain/index.ts';
import { engines, error, Rng, randomArray, start, values } from './engines.ts';

type Given = Pick<PhaseSuppressionSettings, 'transform' | 'isSquared' | 'paddingMode'> & { hasNorm: boolean };

const cases: Given[] = (['dft', 'dct'] as const).flatMap((transform) =>
  [true, false].flatMap((isSquared) =>
    [true, false].map((hasNorm) => ({
      transform,
      isSquared,
      hasNorm,
      paddingMode: hasNorm ? (isSquared ? 'zeros' : 'circular') : isSquared ? 'reflect' : 'zeros',
    })),
  ),
);
const label = ({ transform, isSquared, hasNorm, paddingMode }: Given) =>
  `${transform}, ${isSquared ? 'squared' : 'abs'}, ${hasNorm ? 'normed' : 'not normed'}, ${paddingMode}`;

function settingsOf(given: Given, batch: number, length: number, width: number, taps = 3): PhaseSuppressionSettings {
  const { transform, isSquared, paddingMode } = given;
  return { batch, length, width, taps, transform, isSquared, paddingMode, scale: length ** -0.5, eps: 1e-5 };
}

function arraysOf(given: Given, settings: PhaseSuppressionSettings): PhaseSuppressionArrays {
  const rng = new Rng(settings.length);
  const { batch, length, width, taps } = settings;
  const side = (channels: number) => ({
    weight: randomArray(rng, channels * taps),
    bias: randomArray(rng, channels),
    ...(given.hasNorm && { norm: { weight: randomArray(rng, channels), bias: randomArray(rng, channels) } }),
  });
  return {
    u: randomArray(rng, batch * length * width),
    time: side(width),
    frequency: side(given.transform === 'dct' ? width : 2 * width),
  };
}

/** The arrays of a side by their names, the order of the op's gradients. */
const partsOf = ({ weight, bias, norm }: SideArrays) => [weight, bias, ...(norm ? [norm.weight, norm.bias] : [])];
const allOf = ({ u, time, frequency }: PhaseSuppressionArrays) => [u, ...partsOf(time), ...partsOf(frequency)];

describe.each(cases.map((given) => [label(given), given] as const))('the plain functions: %s', (_, given) => {
  it.each([7, 8])('have the gradients of finite differences, length %i', (length) => {
    const settings = settingsOf(given, 2, length, 3);
    const start32 = arraysOf(given, settings);
    const all = allOf(start32).map((array) => Float64Array.from(array));
    const side = ([weight, bias, scale, shift]: Float64Array[]): SideArrays => ({
      weight: weight!,
      bias: bias!,
      ...(scale && shift && { norm: { weight: scale, bias: shift } }),
    });
    const half = (all.length - 1) / 2;
    const arrays = { u: all[0]!, time: side(all.slice(1, 1 + half)), frequency: side(all.slice(1 + half)) };
    const { re, im } = plain(settings, arrays);
    const rng = new Rng(2);
    const dRe = randomArray(rng, re.length);
    const dIm = im && randomArray(rng, im.length);
    const loss = () => {
      const h = plain(settings, arrays);
      return h.re.reduce((s, v, i) => s + v * dRe[i]! + (h.im && dIm ? h.im[i]! * dIm[i]! : 0), 0);
    };
    const gradients = phaseSuppressionGradient(settings, arrays, { re: dRe, ...(dIm && { im: dIm }) });
    allOf(gradients).forEach((gradient, k) => {
      for (const i of [0, 1, 2, gradient.length - 1]) {
        const at = all[k]![i]!;
        const step = 1e-6;
        all[k]![i] = at + step;
        const above = loss();
        all[k]![i] = at - step;
        const slope = (above - loss()) / (2 * step);
        all[k]![i] = at;
        const scale = Math.max(...Array.from(gradient, Math.abs));
        expect(Math.abs(gradient[i]! - slope) / scale, `input ${k}, element ${i}`).toBeLessThan(1e-6);
      }
    });
  });
});

describe.each(engines)('%s', (engine) => {
  beforeAll(() => start(engine));

  /** The op on tensors in the order of `allOf`. */
  function operator(given: Given) {
    return (...tensors: tf.Tensor[]) => {
      const [u, ...rest] = tensors as [tf.Tensor3D, ...tf.Tensor[]];
      const half = rest.length / 2;
      const side = ([weight, bias, scale, shift]: tf.Tensor[]) => ({
        weight: weight as tf.Tensor3D,
        bias: bias as tf.Tensor1D,
        ...(scale && { norm: { weight: scale as tf.Tensor1D, bias: shift as tf.Tensor1D } }),
      });
      return phaseSuppression(u, {
        time: side(rest.slice(0, half)),
        frequency: side(rest.slice(half)),
        transform: given.transform,
        norm: 'ortho',
        magnitude: given.isSquared ? 'squared' : 'abs',
        paddingMode: given.paddingMode,
      });
    };
  }

  async function check(given: Given, settings: PhaseSuppressionSettings) {
    const { batch, length, width, taps } = settings;
    const arrays = arraysOf(given, settings);
    const tensors = allOf(arrays).map((array, k) => {
      const isWeight = k > 0 && (k - 1) % (given.hasNorm ? 4 : 2) === 0;
      const shape = k === 0 ? [batch, length, width] : isWeight ? [array.length / taps, 1, taps] : [array.length];
      return tf.tensor(array as Float32Array, shape);
    });
    const run = operator(given);
    const before = tf.memory().numTensors;
    const h = run(...tensors);
    const parts = h instanceof tf.Tensor ? [h] : [h.re, h.im];
    expect(tf.memory().numTensors).toBe(before + parts.length);
    const want = plain(settings, arrays);
    const expected = want.im ? [want.re, want.im] : [want.re];
    const what = `L ${length}, D ${width}, m ${taps}`;
    for (const [i, part] of parts.entries()) expect(error(await values(part), expected[i]!), what).toBeLessThan(1e-5);

    const rng = new Rng(3);
    const ways = expected.map((part) => randomArray(rng, part.length));
    const dh = ways.map((way) => tf.tensor(way, parts[0]!.shape));
    // Σ H·dh by its gradient alone: no op but ours sees all of H.
    const weighed = (i: number) => tf.customGrad(() => ({ value: tf.scalar(0), gradFunc: () => [tf.clone(dh[i]!)] }));
    const loss = (...t: tf.Tensor[]) => {
      const made = run(...t);
      return tf.addN((made instanceof tf.Tensor ? [made] : [made.re, made.im]).map((part, i) => weighed(i)(part)));
    };
    const held = tf.memory().numTensors;
    const grads = tf.grads(loss)(tensors);
    expect(tf.memory().numTensors).toBe(held + grads.length);
    const gradients = phaseSuppressionGradient(settings, arrays, { re: ways[0]!, ...(ways[1] && { im: ways[1] }) });
    for (const [k, gradient] of allOf(gradients).entries()) {
      expect(grads[k]!.shape).toEqual(tensors[k]!.shape);
      expect(error(await values(grads[k]!), gradient), `${what}: gradient ${k}`).toBeLessThan(5e-5);
    }
    tf.dispose([...tensors, ...parts, ...dh, ...grads]);
  }

  // A piece is 64 rows; 256 channels are two panels; 13 and 3 are no whole lane groups; 97 is Bluestein's; then taps.
  const sizes = [
    [5, 3, 3],
    [16, 8, 3],
    [97, 13, 3],
    [130, 16, 3],
    [64, 139, 3],
    [300, 5, 3],
    [24, 9, 1],
    [24, 9, 5],
  ] as const;

  describe.each(cases.map((given, i) => [label(given), given, i] as const))('%s', (_, given, i) => {
    // On webgpu a size is programs of its own, which a driver compiles for seconds: each case sees half of them, such that every
    // size meets every value of every setting.
    const seen = sizes.filter((_, k) => engine !== 'webgpu' || k % 2 === (i + (i >> 1) + (i >> 2)) % 2);
    // One test each, for the time that the programs of a size take.
    it.each(seen)('length %i, width %i, filters of %i taps', async (length, width, taps) => {
      await check(given, settingsOf(given, 2, length, width, taps));
    });
  });

  if (engine === 'webgpu') {
    it.each([cases[0]!, cases[7]!].map((given) => [label(given), given] as const))(
      'gives the same, from some examples after others, where the device binds less than a batch: %s',
      async (_, given) => {
        const restore = lowerLimits({ maxStorageBufferBindingSize: 5 * 1024 });
        try {
          for (const [length, width] of [
            [40, 5],
            [64, 8],
          ] as const) {
            await check(given, settingsOf(given, 9, length, width));
          }
        } finally {
          restore();
        }
      },
    );
  }

  it('has a gradient when only one part of H is used', async () => {
    const given = cases[0]!;
    const settings = settingsOf(given, 1, 12, 3);
    const arrays = arraysOf(given, settings);
    const u = tf.tensor(arrays.u as Float32Array, [1, 12, 3]);
    const weights = allOf(arrays)
      .slice(1)
      .map((array, k) => tf.tensor(array as Float32Array, k % 4 === 0 ? [array.length / 3, 1, 3] : [array.length]));
    const du = tf.grad((x) => (operator(given)(x, ...weights) as { re: tf.Tensor }).re)(u);
    const bins = 7 * 3;
    const want = phaseSuppressionGradient(settings, arrays, {
      re: new Float64Array(bins).fill(1),
      im: new Float64Array(bins),
    });
    expect(error(await values(du), want.u)).toBeLessThan(5e-5);
    tf.dispose([u, du, ...weights]);
  });

  it('keeps no tensor but H between the passes, where its steps one by one keep ten', () => {
    const u = tf.ones([2, 64, 8]) as tf.Tensor3D;
    const kept = (options: object) => {
      const network = createConditioning({ width: 8, ...options }, new Rng(1));
      let buffers = 0;
      const { value, grads } = tf.variableGrads(() => {
        const before = tf.memory().numDataBuffers;
        const h = network.forward(u);
        buffers = tf.memory().numDataBuffers - before;
        return tf.sum(h instanceof tf.Tensor ? h : tf.add(h.re, h.im)) as tf.Scalar;
      }, network.trainableVariables());
      tf.dispose([value, grads]);
      network.dispose();
      return buffers;
    };
    expect(kept({})).toBe(2);
    expect(kept({ transform: 'dct' })).toBe(1);
    expect(kept({ layers: 2 })).toBeGreaterThan(10);
    u.dispose();
  });
});

describe('bad arguments', () => {
  beforeAll(() => start('cpu'));

  const zeros = (shape: number[]) => tf.zeros(shape) as never;
  const side = (channels: number, taps = 3) => ({ weight: zeros([channels, 1, taps]), bias: zeros([channels]) });
  const good: PhaseSuppressionOptions = { time: side(4), frequency: side(8) };

  it.each<[object, string]>([
    [{ time: undefined }, 'phaseSuppression: time.weight is undefined; want a tensor'],
    [{ time: side(3) }, 'time.weight has shape [3,1,3]; want [C, 1, m] = [4,1,3]'],
    [{ time: side(4, 2) }, 'time.weight has shape [4,1,2]; want an odd last axis'],
    [{ frequency: side(4) }, 'frequency.weight has shape [4,1,3]; want [C, 1, m] = [8,1,3]'],
    [{ frequency: side(8, 5) }, 'frequency.weight has shape [8,1,5]; want [C, 1, m] = [8,1,3]'],
    [{ transform: 'dct' }, 'frequency.weight has shape [8,1,3]; want [C, 1, m] = [4,1,3]'],
    [{ time: { ...side(4), bias: zeros([5]) } }, 'time.bias has shape [5]; want [C] = [4]'],
    [{ time: { ...side(4), norm: { weight: zeros([4]) } } }, 'time.norm.bias is undefined; want a tensor'],
    [
      { time: { ...side(4), norm: { weight: zeros([4]), bias: zeros([4]) } } },
      'phaseSuppression: time alone has a norm; want one on both sides or none',
    ],
    [{ magnitude: 'cubed' }, `phaseSuppression: magnitude is "cubed"; want 'squared' or 'abs'`],
    [{ layers: 1 }, "phaseSuppression: unknown option 'layers'"],
    [
      { time: side(4, 9), frequency: side(8, 9), paddingMode: 'reflect' },
      "'reflect' pads 4, which must be less than 4 rows",
    ],
  ])('%o', (changed, message) => {
    tf.tidy(() => {
      expect(() => phaseSuppression(zeros([2, 6, 4]), { ...good, ...changed } as PhaseSuppressionOptions)).toThrow(
        message,
      );
    });
  });
});
