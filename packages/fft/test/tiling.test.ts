// Tensors larger than the device binds at once: the same results, from one part of the outer axis after another. A device that says
// it binds a few KiB shows it without gigabytes.
import { recordDispatches } from '@orchid-ml/backends/webgpu-host';
import { memory } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lowerLimits } from '../../backends/src/testing/limits.ts';
import { hasWebGpu } from '../../backends/src/testing/webgpu.ts';
import { dct, fft, rfft } from '../src/index.ts';
import { checkAll } from './check-all.ts';
import { noiseTensor, start, take } from './support.ts';

const KiB = 1024;

describe.runIf(await hasWebGpu())('webgpu, tensors larger than a binding', { timeout: 300_000 }, () => {
  let restore = (): void => {};
  beforeAll(() => start('webgpu'));
  afterEach(() => restore());

  // In one pass, through Bluestein's algorithm, in two passes, and in its long way; where ranges begin on the alignment, and where not.
  it.each<[number[], number, number]>([
    [[301, 60], 1, 8],
    [[299, 97], 1, 16],
    [[64, 64, 8], 1, 12],
    [[70, 61, 5], 1, 12],
    [[3, 30, 60, 2], 2, 8],
    [[200, 1], 1, 1],
    [[17, 5000], 1, 200],
    [[7, 5000, 3], 1, 340],
    [[17, 4100], 1, 200],
    [[7, 4100, 3], 1, 320],
  ])('%j along axis %i, where the device binds %i KiB', async (shape, axis, most) => {
    restore = lowerLimits({ maxStorageBufferBindingSize: most * KiB });
    await checkAll(shape, axis, undefined, 'backward');
  });

  it('cut and padded', async () => {
    restore = lowerLimits({ maxStorageBufferBindingSize: 8 * KiB });
    for (const n of [27, 16]) await checkAll([150, 20], 1, n, 'ortho');
    await checkAll([70, 20, 3], 1, 27, 'ortho');
  });

  it('in as few dispatches as there are parts', async () => {
    const x = noiseTensor([64, 64, 8]);
    await x.data();
    restore = lowerLimits({ maxStorageBufferBindingSize: 64 * KiB });
    const { result, dispatches } = await recordDispatches(() => dct(x, { axis: 1 }));
    // 128 KiB, two parts of 32 slices each would just fit if none had to begin off the alignment
    expect(dispatches.map(({ name }) => name)).toEqual(['dct', 'dct', 'dct']);
    expect(dispatches.reduce((sum, { readBytes }) => sum + readBytes, 0)).toBe(4 * x.size);
    await take(result, x);
  });

  it('one slice that is larger is refused by name, with its size, and leaves nothing', () => {
    restore = lowerLimits({ maxStorageBufferBindingSize: 64 * KiB });
    const before = memory().numTensors;
    const [wide, long] = [noiseTensor([2, 64, 400]), noiseTensor([3, 65_536])];
    expect(() => rfft(wide, { axis: 1 })).toThrow(
      /^rfft: a slice along the axis, \[64, 400\], takes 0\.1 MB, and this device binds at most 0\.1 MB at once; use/,
    );
    expect(() => fft({ re: long, im: long })).toThrow(/^fft: a slice along the axis, \[65536, 1\], takes 0\.5 MB/);
    expect(() => dct(long)).toThrow(/^dct: a pair of signals takes 0\.5 MB/);
    wide.dispose();
    long.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
