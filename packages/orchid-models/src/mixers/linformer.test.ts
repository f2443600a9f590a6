// Linformer against the formula itself in float64, and against dense attention where its projections leave the length as it is.
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../../backends/src/testing/webgpu.ts';
import { BACKENDS, use } from '../../test/backends.ts';
import { agrees, type Formula, project, softly, someMask } from '../../test/formula.ts';
import { AttentionMixer } from './attention.ts';
import { LinformerMixer } from './linformer.ts';

const engines = [...BACKENDS, ...((await hasWebGpu()) ? (['webgpu'] as const) : [])];

/** As it is written down, sum by sum. */
function formulaOf(mixer: LinformerMixer, length: number, mask: Float32Array | null): Formula {
  const { width: D, heads, k, lMax } = mixer;
  const d = D / heads;
  return (given) => {
    const p = project(given.x!, given['in_linear.weight']!, given['in_linear.bias']!, D);
    const y = new Float64Array(given.x!.length);
    const keyProjection = given.key_projection!;
    const valueProjection = given.value_projection ?? keyProjection;
    for (let b = 0; b < y.length / (length * D); b++) {
      const real = (t: number) => mask?.[b * length + t] ?? 1;
      const at = (t: number, third: number, c: number) => p[(b * length + t) * 3 * D + third * D + c]!;
      const mixed = (projection: Float64Array, row: number, third: number, c: number) => {
        let sum = 0;
        for (let t = 0; t < length; t++) sum += projection[row * lMax + t]! * at(t, third, c) * real(t);
        return sum;
      };
      for (let h = 0; h < heads; h++) {
        const score = (t: number, row: number) => {
          let dot = 0;
          for (let c = h * d; c < (h + 1) * d; c++) dot += at(t, 0, c) * mixed(keyProjection, row, 1, c);
          return dot / Math.sqrt(d);
        };
        const weights = softly(k, score, () => 1);
        for (let t = 0; t < length; t++) {
          const w = weights(t);
          for (let c = h * d; c < (h + 1) * d; c++) {
            y[(b * length + t) * D + c] = w.reduce((sum, e, row) => sum + e * mixed(valueProjection, row, 2, c), 0);
          }
        }
      }
    }
    return project(y, given['out_linear.weight']!, given['out_linear.bias']!, D);
  };
}

describe.each(engines)('LinformerMixer on %s', (engine) => {
  beforeAll(() => use(engine));

  it.each([
    { batch: 1, length: 1, width: 2, heads: 1, k: 1, lMax: 1 },
    { batch: 2, length: 5, width: 6, heads: 3, k: 3, lMax: 5 },
    { batch: 2, length: 6, width: 4, heads: 2, k: 4, lMax: 9 },
    { batch: 2, length: 6, width: 4, heads: 2, k: 4, lMax: 9, shareKeyValue: true },
    { batch: 2, length: 7, width: 4, heads: 1, k: 2, lMax: 8, masked: true },
  ])('is the formula, gradients and all: %o', async ({ batch, length, masked, ...options }) => {
    const mixer = new LinformerMixer(options, new Rng(1));
    const mask = masked ? someMask(batch, length) : null;
    await agrees(mixer, { batch, length, mask, formula: () => formulaOf(mixer, length, mask) });
    mixer.dispose();
  });
});

describe('LinformerMixer', () => {
  beforeAll(() => use('cpu'));

  it('is dense attention with projections that change nothing', async () => {
    const [length, width] = [5, 4];
    const mixer = new LinformerMixer({ width, lMax: length, heads: 2, k: length }, new Rng(1));
    const dense = new AttentionMixer({ width, heads: 2 }, new Rng(2));
    const parameters = mixer.namedParameters();
    for (const [name, { variable }] of dense.namedParameters()) variable.assign(parameters.get(name)!.variable);
    for (const name of ['key_projection', 'value_projection']) {
      parameters.get(name)!.variable.assign(tf.eye(length, length));
    }
    const x = tf.randomNormal([2, length, width], 0, 1, 'float32', 3) as tf.Tensor3D;
    const [got, want] = [await mixer.forward(x).data(), await dense.forward(x).data()];
    got.forEach((value, i) => void expect(value).toBeCloseTo(want[i]!, 5));
    mixer.dispose();
    dense.dispose();
  });

  it('shares one projection when told, and says what it wants', () => {
    const names = (shareKeyValue: boolean) => {
      const mixer = new LinformerMixer({ width: 4, lMax: 8, k: 3, shareKeyValue }, new Rng(1));
      const list = [...mixer.namedParameters()].map(([name, { value }]) => `${name} [${value.shape}]`);
      mixer.dispose();
      return list.slice(0, -4);
    };
    expect(names(false)).toEqual(['key_projection [3,8]', 'value_projection [3,8]']);
    expect(names(true)).toEqual(['key_projection [3,8]']);
    const make = (options: object) => () => new LinformerMixer({ width: 4, lMax: 8, ...options }, new Rng(1));
    expect(make({ k: 9 })).toThrow('LinformerMixer: k is 9; want at most lMax = 8');
    expect(make({ k: 0 })).toThrow('LinformerMixer: k is 0; want a positive integer');
    expect(make({ k: 2, heads: 3 })).toThrow('LinformerMixer: heads is 3; want a divisor of the width 4');
    const mixer = make({ k: 2 })();
    const forward = (shape: [number, number, number], mask?: tf.Tensor) => () =>
      tf.tidy(() => mixer.forward(tf.zeros(shape), { mask: mask as tf.Tensor2D }));
    expect(forward([1, 9, 4])).toThrow('LinformerMixer: the sequence has 9 positions, and lMax is 8');
    expect(forward([1, 8, 5])).toThrow('LinformerMixer: x has the shape [1,8,5], want [batch, length, 4]');
    expect(forward([2, 3, 4], tf.zeros([2, 4]))).toThrow('mask is float32 of shape [2,4], want float32 of shape [2,3]');
    mixer.dispose();
  });
});
