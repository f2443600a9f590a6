// Transforms in several passes on webgpu, to 2^17 points and with prime factors, against float64.

import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../backends/src/testing/webgpu.ts';
import { dct, fft, idct, ifft, irfft, rfft } from '../src/index.ts';
import * as plain from '../src/plain/index.ts';
import { alongAxis, deviation, noise, noiseTensor, start, take } from './support.ts';

// a software driver on a busy machine takes a while to compile
describe.runIf(await hasWebGpu())('webgpu', { timeout: 300_000 }, () => {
  beforeAll(() => start('webgpu'));

  describe('long transforms', () => {
    const powers = Array.from({ length: 7 }, (_, i) => 2 ** (11 + i));
    const threes = Array.from({ length: 6 }, (_, i) => 3 * 2 ** (10 + i));

    it.each([...powers, ...threes, 10_000, 100_000, 65_521, 65_537])(
      'of %i real samples agree with float64',
      async (n) => {
        for (const [shape, axis] of [
          [[3, n], 1],
          [[n, 3], 0],
        ] as const) {
          const x = noiseTensor([...shape]);
          const bins = rfft(x, { axis });
          const back = irfft(bins, { axis, n });
          const [want] = [alongAxis([noise(3 * n)], [...shape], axis, (v) => Object.values(plain.rfft(v)))];
          const [xs, re, im, again] = await take(x, bins.re, bins.im, back);
          expect(deviation(re!, want![0]!)).toBeLessThan(2e-6);
          expect(deviation(im!, want![1]!)).toBeLessThan(2e-6);
          expect(deviation(again!, xs!)).toBeLessThan(2e-6);
        }
      },
    );

    it.each([8192, 12_288, 10_000, 65_537])('of %i complex samples and cosines agree with float64', async (n) => {
      for (const [shape, axis] of [
        [[2, n], 1],
        [[n, 3], 0],
      ] as const) {
        const size = shape[0] * shape[1];
        const [a, b] = [noise(size, 1), noise(size, 2)];
        const re = noiseTensor([...shape], 1);
        const im = noiseTensor([...shape], 2);
        const along = (line: (...v: Float64Array[]) => Float64Array[]) => alongAxis([a, b], [...shape], axis, line);
        for (const [got, want] of [
          [Object.values(fft({ re, im }, { axis })), along((v, w) => Object.values(plain.fft(v!, w!)))],
          [Object.values(ifft({ re, im }, { axis })), along((v, w) => Object.values(plain.ifft(v!, w!)))],
          [[dct(re, { axis })], along((v) => [plain.dct(v!)])],
          [[idct(re, { axis })], along((v) => [plain.idct(v!)])],
        ] as [Tensor[], Float64Array[]][]) {
          const values = await take(...got);
          values.forEach((part, i) => {
            expect(deviation(part, want[i]!)).toBeLessThan(2e-6);
          });
        }
        await take(re, im);
      }
    });

    it('cut and pad', async () => {
      const n = 8192;
      const x = noiseTensor([2, 5000, 2]);
      const bins = rfft(x, { axis: 1, n });
      const short = irfft(bins, { axis: 1, n: 6000 });
      const want = alongAxis([noise(20_000)], [2, 5000, 2], 1, (v) => Object.values(plain.rfft(v, { n })));
      const cut = alongAxis(
        want.map((values) => Float32Array.from(values)),
        [2, n / 2 + 1, 2],
        1,
        (re, im) => [plain.irfft(re!, im!, { n: 6000 })],
      );
      const [re, im, y] = await take(bins.re, bins.im, short, x);
      expect(deviation(re!, want[0]!)).toBeLessThan(2e-6);
      expect(deviation(im!, want[1]!)).toBeLessThan(2e-6);
      expect(deviation(y!, cut[0]!)).toBeLessThan(4e-6);
    });
  });
});
