// The transforms on a device with no more than every WebGPU device has: 16 KiB of workgroup memory, 256 invocations, 8 storage
// buffers. A file of its own, since a process has one device.
import { useBackend } from '@orchid-ml/backends';
import { recordDispatches } from '@orchid-ml/backends/webgpu-host';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../backends/src/testing/webgpu.ts';
import { dct, fft, idct, ifft, irfft, rfft } from '../src/index.ts';
import * as plain from '../src/plain/index.ts';
import { alongAxis, expectClose, noise, noiseTensor, take } from './support.ts';

describe.runIf(await hasWebGpu())('webgpu, a device with the default limits', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    const { gpu } = await useBackend('webgpu', { device: 'default' });
    expect(gpu).toMatchObject({
      device: 'default',
      features: [],
      limits: { maxComputeWorkgroupStorageSize: 16_384, maxComputeInvocationsPerWorkgroup: 256 },
    });
  });

  // Direct and through Bluestein's algorithm, in one pass and in several.
  it.each([64, 97, 2048, 4096, 10_007])('length %i, every transform', async (n) => {
    const shape = [2, n, 3];
    const [a, b] = [noise(6 * n, 1), noise(6 * n, 2)];
    const [re, im] = [noiseTensor(shape, 1), noiseTensor(shape, 2)];
    const along = (line: (...v: Float64Array[]) => Float64Array[], ...given: Float32Array[]) =>
      alongAxis(given, shape, 1, line);
    const bins = rfft(re, { axis: 1 });
    const back = irfft(bins, { axis: 1, n });
    for (const [got, want] of [
      [[bins.re, bins.im], along((x) => Object.values(plain.rfft(x)), a)],
      [[back], [Float64Array.from(a)]],
      [Object.values(fft({ re, im }, { axis: 1 })), along((x, y) => Object.values(plain.fft(x, y)), a, b)],
      [Object.values(ifft({ re, im }, { axis: 1 })), along((x, y) => Object.values(plain.ifft(x, y)), a, b)],
      [[dct(re, { axis: 1 })], along((x) => [plain.dct(x)], a)],
      [[idct(re, { axis: 1 })], along((x) => [plain.idct(x)], a)],
    ] as const) {
      (await take(...got)).forEach((values, i) => {
        expectClose(values, want[i]!);
      });
    }
    await take(re, im);
  });

  it('2,048 points are one dispatch there too', async () => {
    const x = noiseTensor([4, 2048]);
    const { result, dispatches } = await recordDispatches(() => rfft(x));
    expect(dispatches).toHaveLength(1);
    await take(x, result.re, result.im);
  });
});
