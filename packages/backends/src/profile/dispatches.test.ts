// The GPU's own clock: a time for each dispatch, in order, and an engine as it was afterwards.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../index.ts';
import { hasWebGpu } from '../testing/webgpu.ts';
import { hasGpuClock, profileDispatches } from './dispatches.ts';

describe.runIf(await hasWebGpu())('profileDispatches', () => {
  it('times every dispatch, and leaves nothing', async () => {
    await useBackend('webgpu');
    if (!hasGpuClock()) {
      await expect(profileDispatches(() => 1)).rejects.toThrow('on a device with the feature timestamp-query');
      return;
    }
    const x = tf.ones([300, 300]);
    await tf.tidy(() => tf.matMul(x, x)).data();
    const before = tf.memory().numTensors;
    const { result, dispatches } = await profileDispatches(async () => {
      const y = tf.tidy(() => tf.exp(tf.mul(tf.matMul(x, x), 0.001)));
      const [first] = await y.data();
      y.dispose();
      return first;
    });
    expect(result).toBeCloseTo(Math.exp(0.3), 4);
    expect(dispatches.map(({ name }) => name)).toEqual(['BatchMatMul', 'Multiply', 'Exp']);
    for (const { ms, writtenBytes } of dispatches) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(writtenBytes).toBe(4 * 300 * 300);
    }
    expect(dispatches[0]!.ms).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(before);
    // Passes are long again, and another profile may run.
    expect((await profileDispatches(() => 7)).dispatches).toEqual([]);
    x.dispose();
  });

  it('passes on what the work throws, and is free again', async () => {
    await useBackend('webgpu');
    if (!hasGpuClock()) return;
    await expect(profileDispatches(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await profileDispatches(() => 7)).result).toBe(7);
  });
});

it('wants the webgpu engine', async () => {
  await useBackend('cpu');
  await expect(profileDispatches(() => 1)).rejects.toThrow('want the webgpu engine');
});
