// What is said of the convolutions on webgpu alone: dispatches, bytes, and that nothing is left behind.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { longConv } from '../src/index.ts';
import { type Case, randomArrays, tensorsOf } from './cases.ts';
import { engines, start } from './engines.ts';
import { check, cost, operator, settingsOf } from './on-webgpu.ts';

const full: Case = { transform: 'dft', kernel: 'shared', spectrum: true, skip: true };
describe.runIf(engines.includes('webgpu'))('webgpu', () => {
  beforeAll(() => start('webgpu'));

  it.each([3000, 4099])(
    'causal, length %i',
    async (length) => {
      const c: Case = { ...full, spectrum: false };
      const { nextFastLength } = await import('@orchid-ml/fft/plain');
      const rows = 1000;
      const settings = {
        batch: 2,
        length,
        width: 3,
        transform: 'dft' as const,
        fftLength: nextFastLength(length + rows - 1),
      };
      await check(c, settings, randomArrays(c, settings, 7, rows), (x, h, skip) =>
        longConv(x as tf.Tensor3D, h!, { mode: 'causal', skip: skip as tf.Tensor1D }),
      );
    },
    300_000,
  );

  it.each<[Case]>([
    [full],
    [{ ...full, gates: true }],
    [{ ...full, kernel: 'per example' }],
    [{ ...full, spectrum: false, skip: false }],
    [{ ...full, transform: 'dct' }],
  ])(
    'one pass: at most 3 dispatches and 6 of the gradient, 1.5 times the bytes that must be moved; %o',
    async (c) => {
      const settings = settingsOf(c, 8, 512, 32);
      const tensors = tensorsOf(settings, randomArrays(c, settings, 1));
      const { forward, gradient } = await cost(operator(c), tensors);
      expect(forward.dispatches).toBe(1);
      expect(gradient.dispatches).toBeLessThanOrEqual(6);
      expect(forward.bytes).toBeLessThanOrEqual(1.5);
      expect(gradient.bytes).toBeLessThanOrEqual(1.5);
      tf.dispose(tensors);
    },
    120_000,
  );

  it.each<[Case]>([[full], [{ ...full, gates: true }], [{ ...full, spectrum: false, skip: false }]])(
    'length 131,072: at most 7 dispatches and 14 of the gradient, 3 times the bytes; %o',
    async (c) => {
      const settings = settingsOf(c, 1, 131_072, 16);
      const tensors = tensorsOf(settings, randomArrays(c, settings, 1));
      const { forward, gradient } = await cost(operator(c), tensors);
      expect(forward.dispatches).toBe(4);
      expect(gradient.dispatches).toBeLessThanOrEqual(9);
      expect(forward.bytes).toBeLessThanOrEqual(3.001);
      expect(gradient.bytes).toBeLessThanOrEqual(3.001);
      tf.dispose(tensors);
    },
    120_000,
  );

  it('leaves no tensors and no bytes behind', async () => {
    for (const length of [64, 4096, 2053]) {
      const settings = settingsOf(full, 2, length, 2);
      const tensors = tensorsOf(settings, randomArrays(full, settings, 1));
      const dy = tf.onesLike(tensors[0]!) as tf.Tensor3D;
      const step = async () => {
        const { value, grads } = tf.valueAndGrads(operator(full))(tensors, dy);
        await value.data();
        tf.dispose([value, grads]);
      };
      for (let i = 0; i < 3; i++) await step();
      const memory = () => {
        const { numTensors, numDataBuffers, ...rest } = tf.memory() as tf.MemoryInfo & { numBytesInGPU: number };
        return { numTensors, numDataBuffers, inGpu: rest.numBytesInGPU };
      };
      const before = memory();
      for (let i = 0; i < 100; i++) await step();
      expect(memory()).toEqual(before);
      tf.dispose([...tensors, dy]);
    }
  }, 120_000);
});
