// What the conformance suite does not ask of the webgpu kernels: more workgroups than one dimension of a dispatch holds, and
// values that are no numbers.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../index.ts';
import { gelu, groupedConv1d, layerNorm, linear, softmaxCrossEntropy } from '../../ops/index.ts';
import { hasWebGpu } from '../../testing/webgpu.ts';

const isThere = await hasWebGpu();

describe.skipIf(!isThere)('webgpu kernels', () => {
  beforeAll(() => useBackend('webgpu'));

  it('compute the last of more than 65,535 workgroups', async () => {
    const last = tf.tidy(() => {
      const y = gelu(tf.fill([65_536 * 256 + 1], 1) as tf.Tensor1D);
      return tf.slice(y, [y.size - 2], [2]);
    });
    for (const value of await last.data()) expect(value).toBeCloseTo(0.841345, 6);
    last.dispose();
  });

  it('keep NaN where it belongs', async () => {
    const at = (values: ArrayLike<number>) =>
      Array.from(values, (v, i) => (Number.isNaN(v) ? i : -1)).filter((i) => i >= 0);
    const x = tf.tensor2d([1, 2, 3, 4, 5, Number.NaN, 7, 8, 1, 1, 1, 1], [3, 4]);
    const labels = tf.tensor1d([0, 1, 4], 'int32');
    const weight = tf.ones([2, 4]) as tf.Tensor2D;
    const results = tf.tidy(() => ({
      gelu: gelu(x),
      slope: tf.grad((v) => gelu(v))(x),
      norm: layerNorm(x),
      linear: linear(x, weight, null, 'gelu'),
      // The third label is no class.
      loss: softmaxCrossEntropy(x, labels),
      conv: groupedConv1d(tf.reshape(x, [1, 3, 4]), tf.ones([4, 1, 1]), null, { groups: 4, padding: 'same' }),
    }));
    expect(at(await results.gelu.data())).toEqual([5]);
    expect(at(await results.slope.data())).toEqual([5]);
    expect(at(await results.norm.data())).toEqual([4, 5, 6, 7]);
    expect(at(await results.linear.data())).toEqual([2, 3]);
    expect(at(await results.loss.data())).toEqual([1, 2]);
    expect(at(await results.conv.data())).toEqual([5]);
    tf.dispose([x, labels, weight, ...Object.values(results)]);
  });
});
