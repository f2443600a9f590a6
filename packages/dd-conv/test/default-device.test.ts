// The convolutions on a device with no more than every WebGPU device has: 8 storage buffers, 16 KiB of workgroup memory, 256
// invocations. A file of its own, since a process has one device.
import { useBackend } from '@orchid-ml/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../backends/src/testing/webgpu.ts';
import { type Case, cases, label, randomArrays, tensorsOf } from './cases.ts';
import { check, cost, operator, settingsOf } from './on-webgpu.ts';

const full: Case = { transform: 'dft', kernel: 'shared', spectrum: true, skip: true };

describe.runIf(await hasWebGpu())('webgpu, a device with the default limits', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    const { gpu } = await useBackend('webgpu', { device: 'default' });
    expect(gpu).toMatchObject({
      device: 'default',
      features: [],
      limits: {
        maxStorageBuffersPerShaderStage: 8,
        maxComputeWorkgroupStorageSize: 16_384,
        maxComputeInvocationsPerWorkgroup: 256,
      },
    });
  });

  // With every buffer there is. One through Bluestein's algorithm, one that fits one pass there, one that does not.
  const fullest = cases.filter(({ gates, kernel }) => gates && kernel === 'shared');
  it.each(fullest.flatMap((c) => [97, 512, 4096].map((length) => [label(c), length, c] as const)))(
    '%s, length %i',
    async (_, length, c) => {
      const settings = settingsOf(c, 2, length, 5);
      await check(c, settings, randomArrays(c, settings, length));
    },
  );

  it('at length 131,072', async () => {
    const c = { ...full, gates: true };
    const settings = settingsOf(c, 1, 131_072, 2);
    await check(c, settings, randomArrays(c, settings, 1));
  });

  it('one pass keeps to its dispatches and bytes', async () => {
    const settings = settingsOf(full, 8, 512, 32);
    const tensors = tensorsOf(settings, randomArrays(full, settings, 1));
    const { forward, gradient } = await cost(operator(full), tensors);
    expect(forward.dispatches).toBe(1);
    expect(gradient.dispatches).toBeLessThanOrEqual(6);
    expect(forward.bytes).toBeLessThanOrEqual(1.5);
    expect(gradient.bytes).toBeLessThanOrEqual(1.5);
    tf.dispose(tensors);
  });
});
