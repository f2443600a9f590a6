// What computes value by value, on more values than the device binds at once. A device that says it binds a KiB shows it.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { TooLargeForDeviceError, useBackend } from '../../index.ts';
import { gelu } from '../../ops/index.ts';
import { lowerLimits } from '../../testing/limits.ts';
import { noise } from '../../testing/noise.ts';
import { hasWebGpu } from '../../testing/webgpu.ts';

describe.runIf(await hasWebGpu())('webgpu, tensors larger than a binding', () => {
  beforeAll(async () => void (await useBackend('webgpu')));

  // In elements of four values, and of one where their number is no multiple of four.
  it.each([2000, 1999])('%i values one by one: gelu, its gradient, sine', async (count) => {
    const values = noise(count, 1);
    const run = async (): Promise<Float32Array[]> => {
      const [x, dy] = [tf.tensor1d(values), tf.tensor1d(noise(count, 2))];
      const results = [gelu(x), tf.grad((t: tf.Tensor) => gelu(t))(x, dy), tf.sin(x)];
      const read = await Promise.all(results.map((result) => result.data() as Promise<Float32Array>));
      tf.dispose([x, dy, ...results]);
      return read;
    };
    const want = await run();
    const restore = lowerLimits({ maxStorageBufferBindingSize: 1024 });
    try {
      expect(await run()).toEqual(want);
    } finally {
      restore();
    }
  });

  it("TensorFlow.js's own ops say that they cannot, with their names", async () => {
    const x = tf.fill([2000], 1);
    const restore = lowerLimits({ maxStorageBufferBindingSize: 1024 });
    try {
      for (const [name, op] of [
        ['Add', () => tf.add(x, x)],
        ['Relu', () => tf.relu(x)],
        ['Sum', () => tf.sum(x)],
      ] as const) {
        expect(op).toThrow(TooLargeForDeviceError);
        expect(op).toThrow(new RegExp(`^${name}: \\[[\\d,]+\\] takes 0\\.0 MB, and this device binds at most`));
      }
    } finally {
      restore();
    }
    expect((await tf.sum(x).data())[0]).toBe(2000);
    x.dispose();
  });
});
