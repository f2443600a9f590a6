// Block-diagonal layers against the dense ones whose matrices they are.
import { linear } from '@orchid-ml/backends/ops';
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../../backends/src/testing/webgpu.ts';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { BlockDiagonalLinear } from './block-diagonal-linear.ts';
import { BlockDiagonalMlp } from './block-diagonal-mlp.ts';

const engines = [...BACKENDS, ...((await hasWebGpu()) ? (['webgpu'] as const) : [])];

/** [B, rows, columns] -> the dense [B·rows, B·columns] */
function dense(weight: tf.Tensor): tf.Tensor2D {
  const [blocks, rows, columns] = weight.shape as [number, number, number];
  return tf.tidy(() => {
    const bands = Array.from({ length: blocks }, (_, k) =>
      tf.pad(tf.slice(weight as tf.Tensor3D, k, 1), [
        [0, 0],
        [0, 0],
        [k * columns, (blocks - 1 - k) * columns],
      ]),
    );
    return tf.reshape(tf.concat(bands), [blocks * rows, blocks * columns]);
  });
}

const noise = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);

async function expectClose(a: tf.Tensor, b: tf.Tensor, bound = 1e-5) {
  expect(a.shape).toEqual(b.shape);
  const [difference] = await tf.max(tf.abs(tf.sub(a, b))).data();
  expect(difference).toBeLessThan(bound);
}

describe.each(engines)('block-diagonal layers on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each([
    [1, true],
    [3, true],
    [4, false],
  ])('a linear layer of %i blocks is the dense layer of its matrix, gradients too', async (blocks, bias) => {
    const layer = new BlockDiagonalLinear({ inFeatures: 12, outFeatures: 24, blocks, bias }, new Rng(1));
    const [weight, offsets = null] = [...layer.namedParameters().values()].map((p) => p.value);
    expect(weight!.shape).toEqual([blocks, 24 / blocks, 12 / blocks]);
    expect(layer.parameterCount()).toBe((24 * 12) / blocks + (bias ? 24 : 0));
    const x = noise([2, 5, 12], 3);
    const cotangent = noise([2, 5, 24], 4);
    const wanted = (x: tf.Tensor, weight: tf.Tensor) => linear(x, dense(weight), offsets as tf.Tensor1D | null, 'gelu');
    const y = layer.forward(x, 'gelu');
    await expectClose(y, wanted(x, weight!));
    const gradients = tf.grads((x: tf.Tensor) => tf.sum(tf.mul(layer.forward(x, 'gelu'), cotangent)));
    const reference = tf.grads((x: tf.Tensor) => tf.sum(tf.mul(wanted(x, weight!), cotangent)));
    await expectClose(gradients([x])[0]!, reference([x])[0]!, 1e-4);
    const loss = (f: () => tf.Tensor) => () => tf.sum(tf.mul(f(), cotangent)) as tf.Scalar;
    const variables = layer.trainableVariables();
    const own = tf.variableGrads(
      loss(() => layer.forward(x, 'gelu')),
      variables,
    ).grads;
    const theirs = tf.variableGrads(
      loss(() => wanted(x, weight!)),
      variables,
    ).grads;
    for (const { name } of variables) await expectClose(own[name]!, theirs[name]!, 1e-4);
    layer.dispose();
  });

  it.each([
    [1, false],
    [2, false],
    [1, true],
    [2, true],
    [3, true],
  ])('an MLP of %i blocks, gated %s, is the dense one of its matrices', async (blocks, gated) => {
    const mlp = new BlockDiagonalMlp({ width: 6, innerWidth: 12, blocks, gated }, new Rng(2));
    expect([...mlp.namedParameters().keys()]).toEqual([
      'in_linear.weight',
      'in_linear.bias',
      'out_linear.weight',
      'out_linear.bias',
    ]);
    const [w1, b1, w2, b2] = [...mlp.namedParameters().values()].map((p) => p.value) as tf.Tensor[];
    const x = noise([2, 5, 6], 3);
    let y!: tf.Tensor;
    await withoutLeak(() => {
      y = mlp.forward(x);
      y.dispose();
    });
    y = mlp.forward(x);
    const inner = linear(x, dense(w1!), b1 as tf.Tensor1D);
    const gelu = (t: tf.Tensor) => tf.mul(tf.mul(t, 0.5), tf.add(tf.erf(tf.mul(t, Math.SQRT1_2)), 1));
    const [gate, value] = tf.split(inner, 2, -1);
    const hidden = gated ? tf.mul(gelu(gate!), value!) : gelu(inner);
    await expectClose(y, linear(hidden, dense(w2!), b2 as tf.Tensor1D));
    mlp.dispose();
  });
});

it('refuses what does not fit', async () => {
  await use('cpu');
  const make = (inFeatures: number, outFeatures: number, blocks: number) => () =>
    new BlockDiagonalLinear({ inFeatures, outFeatures, blocks }, new Rng(0));
  expect(make(6, 8, 4)).toThrow('BlockDiagonalLinear: blocks is 4; want a divisor of inFeatures, which is 6');
  expect(make(8, 6, 4)).toThrow('blocks is 4; want a divisor of outFeatures, which is 6');
  expect(make(8, 8, 0)).toThrow('blocks is 0; want a positive integer');
  const layer = make(8, 8, 2)();
  expect(() => layer.forward(tf.zeros([2, 7]))).toThrow('x has the shape [2,7], want [..., 8]');
  layer.dispose();
});
