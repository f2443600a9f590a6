// Properties that hold for every signal and length, drawn at random, on every backend: linearity, Parseval, inverse,
// the convolution theorem against the direct sum, and what a shift does.
import { add, mul, sub, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { dct, fft, idct, ifft, irfft, rfft } from '../src/index.ts';
import { deviation, ENGINES, leakFree, noise, start, take } from './support.ts';

const batches = fc.integer({ min: 1, max: 18 });
const seeds = fc.integer({ min: 1, max: 1000 });

const matrix = (batch: number, n: number, seed: number): Tensor =>
  tensor(noise(batch * n, seed), [batch, n], 'float32');
const energy = (values: ArrayLike<number>): number => Array.from(values).reduce((a, v) => a + v * v, 0);

describe.each(ENGINES)('properties on %s', (engine) => {
  beforeAll(() => start(engine));
  // on webgpu each new length is programs to compile, so it is one of a few: each radix, mixed ones, Bluestein's algorithm
  const few = [1, 2, 3, 5, 8, 12, 17, 30, 31, 64, 97, 100, 128, 243, 256];
  const upTo = (max: number) =>
    engine === 'webgpu' ? fc.constantFrom(...few.filter((n) => n <= max)) : fc.integer({ min: 1, max });
  const lengths = upTo(300);
  const RUNS = { numRuns: engine === 'webgpu' ? 20 : 60 };

  it('linearity', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, batches, seeds, (n, batch, seed) =>
        leakFree(async () => {
          const [x, y] = [matrix(batch, n, seed), matrix(batch, n, seed + 1)];
          const z = tidy(() => add(mul(x, 2), mul(y, -0.5)));
          const [a, b, c] = [rfft(x), rfft(y), rfft(z)];
          const want = tidy(() => add(mul(a.im, 2), mul(b.im, -0.5)));
          const [got, wanted, scale] = await take(c.im, want, c.re, a.re, a.im, b.re, b.im, x, y, z);
          const largest = Math.max(...scale!.map(Math.abs), ...wanted!.map(Math.abs), 1);
          got!.forEach((v, i) => {
            expect(Math.abs(v - wanted![i]!) / largest).toBeLessThan(1e-5);
          });
        }),
      ),
      RUNS,
    );
  });

  it('Parseval', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, batches, seeds, (n, batch, seed) =>
        leakFree(async () => {
          const [re, im] = [matrix(batch, n, seed), matrix(batch, n, seed + 1)];
          const bins = fft({ re, im }, { norm: 'ortho' });
          const cosines = dct(re);
          const [a, b, c, d, e] = await take(bins.re, bins.im, cosines, re, im);
          expect((energy(a!) + energy(b!)) / (energy(d!) + energy(e!))).toBeCloseTo(1, 5);
          expect(energy(c!) / energy(d!)).toBeCloseTo(1, 5);
        }),
      ),
      RUNS,
    );
  });

  it('the inverse gives the signal back, along any axis, under any norm', async () => {
    const norms = fc.constantFrom('backward', 'ortho', 'forward') as fc.Arbitrary<'backward' | 'ortho' | 'forward'>;
    await fc.assert(
      fc.asyncProperty(lengths, batches, seeds, norms, fc.boolean(), (n, batch, seed, norm, first) =>
        leakFree(async () => {
          const shape = first ? [n, batch] : [batch, n];
          const options = { axis: first ? 0 : 1, norm };
          const x = tensor(noise(n * batch, seed), shape, 'float32');
          const bins = rfft(x, options);
          const back = irfft(bins, { ...options, n });
          const whole = fft({ re: x, im: x }, options);
          const again = ifft(whole, options);
          const cosines = dct(x, { axis: options.axis });
          const third = idct(cosines, { axis: options.axis });
          const [want, a, b, c, d] = await take(
            x,
            back,
            again.re,
            again.im,
            third,
            bins.re,
            bins.im,
            whole.re,
            whole.im,
            cosines,
          );
          for (const got of [a, b, c, d]) expect(deviation(got!, want!)).toBeLessThan(5e-6);
        }),
      ),
      RUNS,
    );
  });

  it('a product of spectra is a circular convolution', async () => {
    await fc.assert(
      fc.asyncProperty(upTo(80), seeds, (n, seed) =>
        leakFree(async () => {
          const [x, h] = [matrix(9, n, seed), matrix(9, n, seed + 1)];
          const [a, b] = [rfft(x), rfft(h)];
          const product = [mul(a.re, b.re), mul(a.im, b.im), mul(a.re, b.im), mul(a.im, b.re)] as const;
          const re = sub(product[0], product[1]);
          const im = add(product[2], product[3]);
          const y = irfft({ re, im }, { n });
          const [got, xs, hs] = await take(y, x, h, re, im, a.re, a.im, b.re, b.im, ...product);
          const want = new Float64Array(9 * n);
          for (let row = 0; row < 9; row++) {
            for (let t = 0; t < n; t++) {
              for (let s = 0; s < n; s++) want[row * n + t]! += hs![row * n + s]! * xs![row * n + ((t - s + n) % n)]!;
            }
          }
          expect(deviation(got!, want)).toBeLessThan(1e-5);
        }),
      ),
      { numRuns: 25 },
    );
  });

  it('a shift turns the phases', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, seeds, fc.nat(), (n, seed, by) =>
        leakFree(async () => {
          const values = noise(n, seed);
          const shift = by % n;
          const x = tensor(values, [n]);
          const rolled = tensor(
            Float32Array.from(values, (_, t) => values[(t - shift + n) % n]!),
            [n],
          );
          const [a, b] = [rfft(x), rfft(rolled)];
          const [ar, ai, br, bi] = await take(a.re, a.im, b.re, b.im, x, rolled);
          const largest = Math.max(...ar!.map(Math.abs), ...ai!.map(Math.abs));
          ar!.forEach((re, k) => {
            const angle = (-2 * Math.PI * ((k * shift) % n)) / n;
            const wantRe = re * Math.cos(angle) - ai![k]! * Math.sin(angle);
            const wantIm = re * Math.sin(angle) + ai![k]! * Math.cos(angle);
            expect(Math.abs(br![k]! - wantRe) / largest).toBeLessThan(5e-6);
            expect(Math.abs(bi![k]! - wantIm) / largest).toBeLessThan(5e-6);
          });
        }),
      ),
      RUNS,
    );
  });
});
