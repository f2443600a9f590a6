// The gradients of tfjs's convolutions on wasm against the cpu engine.
import * as tf from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import { sameOnBoth } from '../testing/both.ts';
import { noiseTensor } from '../testing/numbers.ts';

describe('convolution gradients', () => {
  const options: [stride: number, pad: 'same' | 'valid' | number, dilation: number][] = [
    [1, 'same', 1],
    [2, 'same', 1],
    [1, 'valid', 1],
    [2, 1, 1],
  ];
  // A number as padding goes with square filters: for others tfjs works out the width of the output from the height of the
  // filter, and its own forward kernel then writes beyond it. Dilated gradients tfjs-core refuses.
  test.each(options.flatMap((o) => [1, 3, 8].map((c) => [c, ...o] as const)))(
    'conv2d, %i channels, stride %i, pad %s, dilation %i',
    (channels, stride, pad, dilation) =>
      sameOnBoth(
        () =>
          tf.grads((x, w) => tf.square(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad, 'NHWC', dilation)))([
            noiseTensor([2, 7, 6, channels], 1),
            noiseTensor([3, pad === 1 ? 3 : 2, channels, 5], 2),
          ]),
        5e-6,
      ),
  );

  test.each(options.flatMap((o) => [1, 3, 8].flatMap((c) => [1, 2].map((m) => [c, m, ...o] as const))))(
    'depthwiseConv2d, %i channels, multiplier %i, stride %i, pad %s, dilation %i',
    (channels, multiplier, stride, pad, dilation) =>
      sameOnBoth(
        () =>
          tf.grads((x, w) =>
            tf.square(tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad, 'NHWC', dilation)),
          )([noiseTensor([2, 7, 6, channels], 1), noiseTensor([3, pad === 1 ? 3 : 2, channels, multiplier], 2)]),
        5e-6,
      ),
  );

  test('conv1d', () =>
    sameOnBoth(() =>
      tf.grads((x, w) => tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, 1, 'same'))([
        noiseTensor([2, 9, 4], 1),
        noiseTensor([3, 4, 6], 2),
      ]),
    ));
});
