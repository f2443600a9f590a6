// What only webgpu has to show: how often it dispatches, how many bytes it moves, that nothing is left on the device, and
// what it says where the device is too small.
import { type Dispatched, recordDispatches } from '@orchid-ml/backends/webgpu-host';
import { memory, ones, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../backends/src/testing/webgpu.ts';
import { dct, fft, idct, ifft, irfft, rfft } from '../src/index.ts';
import { deviation, noiseTensor, start, take } from './support.ts';

const bytesOf = (...tensors: Tensor[]): number => tensors.reduce((sum, { size }) => sum + 4 * size, 0);
const moved = (dispatches: Dispatched[]): number =>
  dispatches.reduce((sum, { readBytes, writtenBytes }) => sum + readBytes + writtenBytes, 0);

// a software driver on a busy machine takes a while to compile
describe.runIf(await hasWebGpu())('webgpu', { timeout: 300_000 }, () => {
  beforeAll(() => start('webgpu'));

  describe('what fits into workgroup memory', () => {
    // one real signal, samples beside each other, channels beside each other; direct and through Bluestein's algorithm
    it.each([
      [[1, 1], 1],
      [[300, 8], 1],
      [[5, 1000], 1],
      [[256, 1024], 1],
      [[3, 2048], 1],
      [[2, 2048, 17], 1],
      [[2, 1009, 6], 1],
      [[2, 64, 96], 1],
    ])('rfft and irfft of %j are one dispatch, and each byte is moved once', async (shape, axis) => {
      const x = noiseTensor(shape);
      const n = shape[axis]!;
      await x.data();
      const forward = await recordDispatches(() => rfft(x, { axis }));
      const bins = forward.result;
      expect(forward.dispatches.map(({ name }) => name)).toEqual(['rfft']);
      expect(moved(forward.dispatches)).toBeLessThanOrEqual(1.5 * bytesOf(x, bins.re, bins.im));
      const backward = await recordDispatches(() => irfft(bins, { axis, n }));
      expect(backward.dispatches.map(({ name }) => name)).toEqual(['irfft']);
      expect(moved(backward.dispatches)).toBeLessThanOrEqual(1.5 * bytesOf(backward.result, bins.re, bins.im));
      const [want, got] = await take(x, backward.result, bins.re, bins.im);
      expect(deviation(got!, want!)).toBeLessThan(2e-6);
    });

    it('cosine and complex transforms are one dispatch each', async () => {
      const x = noiseTensor([4, 360]);
      const z = { re: x, im: x };
      for (const [name, call] of [
        ['dct', () => [dct(x)]],
        ['idct', () => [idct(x)]],
        ['fft', () => Object.values(fft(z))],
        ['fft', () => Object.values(ifft(z))],
      ] as [string, () => Tensor[]][]) {
        const { result, dispatches } = await recordDispatches(call);
        expect(dispatches.map((dispatch) => dispatch.name)).toEqual([name]);
        await take(...result);
      }
      x.dispose();
    });
  });

  it('take two dispatches each way, with prime factors above 5 no more than four', async () => {
    for (const [n, most] of [
      [131_072, 2],
      [10_007, 4],
    ] as const) {
      const x = noiseTensor([1, n]);
      const forward = await recordDispatches(() => rfft(x));
      const backward = await recordDispatches(() => irfft(forward.result, { n }));
      expect(forward.dispatches.length).toBeLessThanOrEqual(most);
      expect(backward.dispatches.length).toBeLessThanOrEqual(most);
      await take(x, forward.result.re, forward.result.im, backward.result);
    }
  });

  it('leaves nothing on the device', async () => {
    const once = async (): Promise<void> => {
      for (const n of [60, 97, 8192, 10_007]) {
        const x = noiseTensor([2, n]);
        const bins = rfft(x);
        await take(irfft(bins, { n }), dct(x), x, bins.re, bins.im);
      }
    };
    await once();
    const before = memory() as unknown as Record<string, number>;
    for (let round = 0; round < 5; round++) await once();
    const after = memory() as unknown as Record<string, number>;
    expect(after.numTensors).toBe(before.numTensors);
    for (const bytes of ['numBytesInGPU', 'numBytesAllocatedInGPU']) {
      expect(before[bytes]).toEqual(expect.any(Number));
      expect(after[bytes]).toBe(before[bytes]);
    }
  });

  describe('what the device is too small for', () => {
    it('is refused by name when it is too long, and leaves nothing', async () => {
      const x = ones([2]);
      const before = memory().numTensors;
      expect(() => rfft(x, { n: 2 ** 30 })).toThrow(/rfft: n is 1073741824, which is too long for this device/);
      expect(() => idct(x, { n: 2 ** 29 + 1 })).toThrow(/idct: n is 536870913, which is too long for this device/);
      expect(memory().numTensors).toBe(before);
      const [y] = await take(irfft(rfft(x), { n: 2 }), x);
      expect([...y!]).toEqual([1, 1]);
    });
  });
});
