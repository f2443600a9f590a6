// Batches larger than the device binds at once: the same results and gradients, from some examples after others. A device that says
// it binds a few KiB shows it without gigabytes.
import { recordDispatches } from '@orchid-ml/backends/webgpu-host';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lowerLimits } from '../../backends/src/testing/limits.ts';
import { hasWebGpu } from '../../backends/src/testing/webgpu.ts';
import { ddConv, splitComplex } from '../src/index.ts';
import { type Case, label, randomArrays, tensorsOf } from './cases.ts';
import { start, values } from './engines.ts';
import { check, operator, settingsOf } from './on-webgpu.ts';

const KiB = 1024;
const full: Case = { transform: 'dft', kernel: 'shared', spectrum: true, skip: true, gates: true };
const perExample: Case = { ...full, transform: 'dct', kernel: 'per example' };

describe.runIf(await hasWebGpu())('webgpu, batches larger than a binding', { timeout: 300_000 }, () => {
  let restore = (): void => {};
  const bind = (bytes: number): void => {
    restore = lowerLimits({ maxStorageBufferBindingSize: bytes });
  };
  beforeAll(() => start('webgpu'));
  afterEach(() => restore());

  describe.each<[string, number, number, number, number]>([
    ['in one pass', 23, 96, 5, 8],
    ['in one pass, examples that end on no alignment', 19, 61, 3, 8],
    ["in one pass, by Bluestein's algorithm", 7, 97, 4, 8],
    ['of several passes', 5, 4608, 3, 160],
    ['of separate transforms', 5, 4099, 3, 160],
  ])(
    'convolutions %s, batch %i, length %i, width %i, where the device binds %i KiB',
    (_, batch, length, width, most) => {
      it.each<[string, Case]>([full, perExample].map((c) => [label(c), c]))('%s', async (_, c) => {
        const settings = settingsOf(c, batch, length, width);
        bind(most * KiB);
        const arrays = randomArrays(c, settings, length);
        const before = tf.memory().numTensors;
        const { dispatches } = await recordDispatches(() => check(c, settings, arrays));
        expect(dispatches.filter(({ name }) => name.startsWith('ddConv')).length).toBeGreaterThan(3);
        expect(tf.memory().numTensors).toBe(before);
      });
    },
  );

  it('take one dispatch for as many examples as fit', async () => {
    const settings = settingsOf(full, 8, 64, 16);
    const tensors = tensorsOf(settings, randomArrays(full, settings, 1));
    await tensors[0]!.data();
    // An example has 4 KiB, its spectrum 33 rows of 64 bytes in each part.
    bind(16 * KiB);
    const { dispatches, result } = await recordDispatches(() => operator(full)(...tensors));
    expect(dispatches.map(({ name }) => name)).toEqual(['ddConv', 'ddConv', 'ddConv']);
    await result.data();
    tf.dispose([...tensors, result]);
  });

  it('of which one example is larger are refused with its size, and leave nothing', () => {
    bind(32 * KiB);
    const before = tf.memory().numTensors;
    const z = tf.ones([3, 512, 20]) as tf.Tensor3D;
    const kernel = tf.ones([512, 20]) as tf.Tensor2D;
    expect(() => ddConv(z, { kernel })).toThrow(
      /^ddConv: an example takes 0\.0 MB, and this device binds at most 0\.0 MB at once; use smaller batches or shorter/,
    );
    tf.dispose([z, kernel]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('splitComplex and its gradient', async () => {
    bind(3 * KiB);
    const x = tf.tensor2d(
      Float32Array.from({ length: 1000 }, (_, i) => i),
      [100, 10],
    );
    const { re, im } = splitComplex(x);
    const dx = tf.grad((t) => {
      const pair = splitComplex(t);
      return tf.add(tf.sum(tf.mul(pair.re, 2)), tf.sum(pair.im));
    })(x);
    restore();
    expect([...(await values(re))]).toEqual(Array.from({ length: 500 }, (_, i) => 2 * i));
    expect([...(await values(im))]).toEqual(Array.from({ length: 500 }, (_, i) => 2 * i + 1));
    expect([...(await values(dx))]).toEqual(Array.from({ length: 1000 }, (_, i) => (i % 2 ? 1 : 2)));
    tf.dispose([x, re, im, dx]);
  });
});
