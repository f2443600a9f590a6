// Patches and strided convolutions against tfjs's own convolutions, values and gradients.
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { PatchEmbedding, StridedConv1d } from './index.ts';

/** The layer's value and gradients (of x, weight and bias), and those of `reference`; each pair is compared. */
async function compare(
  layer: PatchEmbedding | StridedConv1d,
  x: tf.Tensor,
  forward: (x: tf.Tensor) => tf.Tensor,
  reference: (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor1D) => tf.Tensor,
): Promise<void> {
  const [weight, bias] = layer.trainableVariables() as [tf.Variable, tf.Variable];
  const input = tf.variable(x);
  const cotangent = tf.tidy(() => tf.cos(tf.range(0, forward(x).size)));
  const run = (f: () => tf.Tensor) => {
    const value = f();
    const scalar = () => tf.sum(tf.mul(tf.reshape(f(), [-1]), cotangent)) as tf.Scalar;
    const { value: sum, grads } = tf.variableGrads(scalar, [input, weight, bias]);
    sum.dispose();
    return [value, ...[input, weight, bias].map(({ name }) => grads[name]!)];
  };
  const got = run(() => forward(input));
  const want = run(() => tf.tidy(() => reference(input, weight, bias as unknown as tf.Tensor1D)));
  for (const [i, tensor] of got.entries()) {
    expect(tensor.shape).toEqual(want[i]!.shape);
    const [g, w] = [await tensor.data(), await want[i]!.data()];
    const largest = Math.max(...Array.from(w, Math.abs));
    const worst = Math.max(...Array.from(w, (value, j) => Math.abs(value - g[j]!)));
    expect(worst / largest, `tensor ${i}`).toBeLessThan(2e-6);
  }
  tf.dispose([input, cotangent, ...got, ...want]);
}

const noise = (shape: number[]) => tf.randomNormal(shape, 0, 1, 'float32', 7);

describe.each(BACKENDS)('on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each([
    [4, [8, 12], 3],
    [2, [6, 2], 1],
    [1, [3, 2], 2],
  ] as const)('patches of %i pixels are a convolution', async (patchSize, imageSize, channels) => {
    await withoutLeak(async () => {
      const layer = new PatchEmbedding({ imageSize, patchSize, channels, width: 5 }, new Rng(1));
      const x = noise([2, ...imageSize, channels]) as tf.Tensor4D;
      await compare(
        layer,
        x,
        (x) => layer.forward(x as tf.Tensor4D),
        (x, weight, bias) => {
          const y = tf.conv2d(x as tf.Tensor4D, tf.transpose(weight, [2, 3, 1, 0]) as tf.Tensor4D, patchSize, 'valid');
          return tf.add(tf.reshape(y, [2, layer.count, 5]), bias);
        },
      );
      x.dispose();
      layer.dispose();
    });
  });

  it.each([
    // [L, k, s]
    [16, 4, 4],
    [17, 8, 4],
    [15, 7, 3],
    [9, 3, 2],
    [10, 1, 3],
    [7, 5, 1],
    [2, 9, 4],
  ])('length %i, %i taps, stride %i', async (length, kernelSize, stride) => {
    await withoutLeak(async () => {
      const layer = new StridedConv1d({ inChannels: 3, outChannels: 4, kernelSize, stride }, new Rng(1));
      const x = noise([2, length, 3]) as tf.Tensor3D;
      const count = layer.outLength(length);
      const missing = (count - 1) * stride + kernelSize - length;
      const before = Math.max(0, Math.floor(missing / 2));
      await compare(
        layer,
        x,
        (x) => layer.forward(x as tf.Tensor3D),
        (x, weight, bias) => {
          const padded = tf.pad(x as tf.Tensor3D, [
            [0, 0],
            [before, Math.max(0, missing - before)],
            [0, 0],
          ]);
          // By definition, position by position: tfjs has no gradient of a strided conv1d on every engine.
          const kernel = tf.reshape(tf.transpose(weight, [2, 1, 0]), [kernelSize * 3, 4]);
          const rows = Array.from({ length: count }, (_, t) => {
            const frame = tf.slice(padded, [0, t * stride, 0], [2, kernelSize, 3]);
            return tf.matMul(tf.reshape(frame, [2, kernelSize * 3]), kernel as tf.Tensor2D);
          });
          return tf.add(tf.stack(rows, 1), bias);
        },
      );
      x.dispose();
      layer.dispose();
    });
  });
});

describe('what they refuse', () => {
  beforeAll(() => use('cpu'));

  it('is named', () => {
    const patches = { imageSize: [8, 12], patchSize: 4, channels: 3, width: 5 } as const;
    const layer = new PatchEmbedding(patches, new Rng(1));
    const given = (shape: number[], dtype: tf.DataType) => () =>
      tf.tidy(() => layer.forward(tf.zeros<tf.Rank>(shape, dtype) as tf.Tensor4D));
    expect(given([2, 12, 8, 3], 'float32')).toThrow(
      'pixels are float32 of shape [2,12,8,3], want float32 of shape [batch, 8, 12, 3] (height, width, channels)',
    );
    expect(given([2, 8, 12, 3], 'int32')).toThrow('pixels are int32');
    expect(given([2, 8, 12], 'float32')).toThrow('of shape [2,8,12]');
    expect(() => new PatchEmbedding({ ...patches, patchSize: 5 }, new Rng(1))).toThrow(
      'PatchEmbedding: patchSize is 5; want a divisor of both sizes of the image, 8,12',
    );
    expect(() => new PatchEmbedding({ ...patches, channels: 0 }, new Rng(1))).toThrow('channels is 0');
    layer.dispose();

    const options = { inChannels: 3, outChannels: 4, kernelSize: 5, stride: 2 };
    const conv = new StridedConv1d(options, new Rng(1));
    expect(() => tf.tidy(() => conv.forward(tf.zeros([2, 9, 1])))).toThrow(
      'StridedConv1d: x has the shape [2,9,1], want [batch, length, 3]',
    );
    expect(() => new StridedConv1d({ ...options, stride: 0 }, new Rng(1))).toThrow('StridedConv1d: stride is 0');
    conv.dispose();
  });
});
