// The holders: names and shapes of parameters, checks, nothing left behind. The arithmetic is the ops' own tests' matter.
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { Embedding, LayerNorm, Linear, Mlp, ShortConv } from './index.ts';

const shapes = (module: { namedParameters(): Map<string, { value: tf.Tensor }> }) =>
  Object.fromEntries([...module.namedParameters()].map(([name, { value }]) => [name, value.shape]));

describe.each(BACKENDS)('layers on %s', (backend) => {
  beforeAll(() => use(backend));

  it('Linear is x·Wᵀ + b', async () => {
    await withoutLeak(async () => {
      const layer = new Linear({ inFeatures: 3, outFeatures: 2 }, new Rng(1));
      expect(shapes(layer)).toEqual({ weight: [2, 3], bias: [2] });
      const [w, b] = [...layer.namedParameters().values()].map(({ value }) => value);
      const x = tf.tensor3d([1, 2, 3, -1, 0.5, 4], [1, 2, 3]);
      const got = layer.forward(x);
      const want = tf.tidy(() => tf.add(tf.matMul(tf.reshape(x, [2, 3]), w as tf.Tensor2D, false, true), b!));
      expect(got.shape).toEqual([1, 2, 2]);
      const [g, v] = [await got.data(), await want.data()];
      g.forEach((value, i) => void expect(value).toBeCloseTo(v[i]!, 5));
      expect(() => layer.forward(tf.tidy(() => want))).toThrow('Linear: x has the shape [2,2], want [..., 3]');
      for (const tensor of [x, got, want]) tensor.dispose();
      layer.dispose();
    });
    const bare = new Linear({ inFeatures: 3, outFeatures: 2, bias: false }, new Rng(1));
    expect(shapes(bare)).toEqual({ weight: [2, 3] });
    bare.dispose();
  });

  it('ShortConv sees the present and the past only, by the last taps first', async () => {
    await withoutLeak(async () => {
      const layer = new ShortConv({ width: 1, taps: 3 }, new Rng(1));
      expect(shapes(layer)).toEqual({ weight: [1, 1, 3], bias: [1] });
      const [w, b] = await Promise.all([...layer.namedParameters().values()].map(({ value }) => value.data()));
      const y = tf.tidy(() => layer.forward(tf.tensor3d([1, 0, 0, 0], [1, 4, 1])));
      const got = await y.data();
      const want = [w![2]!, w![1]!, w![0]!, 0].map((value) => value + b![0]!);
      want.forEach((value, i) => void expect(got[i]).toBeCloseTo(value, 6));
      y.dispose();
      layer.dispose();
    });
  });

  it('LayerNorm, Embedding and Mlp keep shapes and train', async () => {
    await withoutLeak(async () => {
      const rng = new Rng(2);
      const embedding = new Embedding({ count: 5, width: 4 }, rng);
      const norm = new LayerNorm({ width: 4 });
      const mlp = new Mlp({ width: 4, innerWidth: 8 }, rng);
      expect(shapes(mlp)).toEqual({
        'in_linear.weight': [8, 4],
        'in_linear.bias': [8],
        'out_linear.weight': [4, 8],
        'out_linear.bias': [4],
      });
      const variables = [embedding, norm, mlp].flatMap((module) => module.trainableVariables());
      const ids = tf.tensor2d([0, 1, 4, 4], [2, 2], 'int32');
      const { value, grads } = tf.variableGrads(
        () => tf.sum(tf.square(mlp.forward(norm.forward(embedding.forward(ids))))) as tf.Scalar,
        variables,
      );
      for (const variable of variables) {
        const values = await grads[variable.name]!.data();
        expect(
          values.some((entry) => entry !== 0),
          variable.name,
        ).toBe(true);
      }
      // Rows that no id names get no gradient.
      const rows = await grads[variables[0]!.name]!.array();
      expect((rows as number[][])[2]).toEqual([0, 0, 0, 0]);
      value.dispose();
      ids.dispose();
      for (const grad of Object.values(grads)) grad.dispose();
      for (const module of [embedding, norm, mlp]) module.dispose();
    });
  });

  it('refuses what cannot be', () => {
    const rng = new Rng(1);
    expect(() => new Linear({ inFeatures: 0, outFeatures: 2 }, rng)).toThrow(
      'Linear: inFeatures is 0; want a positive integer',
    );
    expect(() => new LayerNorm({ width: 4, eps: 0 })).toThrow('LayerNorm: eps is 0; want a positive number');
    const embedding = new Embedding({ count: 5, width: 4 }, rng);
    expect(() => tf.tidy(() => embedding.forward(tf.zeros([2])))).toThrow(
      'Embedding: ids have the dtype float32, want int32',
    );
    const conv = new ShortConv({ width: 2 }, rng);
    expect(() => tf.tidy(() => conv.forward(tf.zeros([1, 3, 4])))).toThrow('ShortConv: x has the shape [1,3,4]');
    embedding.dispose();
    conv.dispose();
  });
});
