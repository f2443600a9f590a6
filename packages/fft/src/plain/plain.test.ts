// The plain float64 transforms against the definitions, summed directly.
import { describe, expect, it } from 'vitest';
import { causalConvolution, circularConvolution, dct, fft, idct, ifft, irfft, rfft } from './index.ts';

const LENGTHS = [...Array.from({ length: 40 }, (_, i) => i + 1), 97, 100, 128, 243, 360, 509, 1000, 1024];

function signal(n: number, seed: number): Float64Array {
  return Float64Array.from({ length: n }, (_, t) => Math.sin(t * t * 0.37 + seed) + Math.cos(seed * t));
}

function directFft(re: Float64Array, im: Float64Array, sign: number): Float64Array[] {
  const n = re.length;
  const cosines = Float64Array.from({ length: n }, (_, j) => Math.cos((2 * Math.PI * j) / n));
  const sines = Float64Array.from({ length: n }, (_, j) => sign * Math.sin((2 * Math.PI * j) / n));
  const outRe = new Float64Array(n);
  const outIm = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    for (let t = 0; t < n; t++) {
      const j = (k * t) % n;
      outRe[k]! += re[t]! * cosines[j]! - im[t]! * sines[j]!;
      outIm[k]! += re[t]! * sines[j]! + im[t]! * cosines[j]!;
    }
  }
  return [outRe, outIm];
}

function directDct(x: Float64Array): Float64Array {
  const n = x.length;
  return Float64Array.from({ length: n }, (_, k) => {
    let sum = 0;
    for (let t = 0; t < n; t++) sum += x[t]! * Math.cos((Math.PI * ((k * (2 * t + 1)) % (4 * n))) / (2 * n));
    return sum * Math.sqrt((k === 0 ? 1 : 2) / n);
  });
}

function expectNear(got: Float64Array, want: Float64Array): void {
  expect(got.length).toBe(want.length);
  const largest = want.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
  const worst = want.reduce((m, v, i) => Math.max(m, Math.abs(v - got[i]!)), 0);
  expect(worst / largest).toBeLessThan(1e-12);
}

describe('plain transforms', () => {
  it.each(LENGTHS)('are their definitions for n = %i', (n) => {
    const re = signal(n, 1);
    const im = signal(n, 2);
    const [wantRe, wantIm] = directFft(re, im, -1) as [Float64Array, Float64Array];
    const bins = fft(re, im);
    expectNear(bins.re, wantRe);
    expectNear(bins.im, wantIm);
    const back = ifft(bins.re, bins.im);
    expectNear(back.re, re);
    expectNear(back.im, im);
    const [realRe, realIm] = directFft(re, new Float64Array(n), -1) as [Float64Array, Float64Array];
    const half = rfft(re);
    expectNear(half.re, realRe.slice(0, half.re.length));
    expectNear(half.im, realIm.slice(0, half.re.length));
    expectNear(irfft(half.re, half.im, { n }), re);
    const cosines = dct(re);
    expectNear(cosines, directDct(re));
    expectNear(idct(cosines), re);
  });

  it('pad, cut and scale', () => {
    const x = signal(10, 3);
    const padded = new Float64Array(16);
    padded.set(x);
    expectNear(rfft(x, { n: 16 }).re, rfft(padded).re);
    expectNear(rfft(x, { n: 7 }).im, rfft(x.slice(0, 7)).im);
    expectNear(
      rfft(x, { norm: 'forward' }).re,
      rfft(x).re.map((v) => v / 10),
    );
    const ortho = rfft(x, { norm: 'ortho' });
    expectNear(irfft(ortho.re, ortho.im, { norm: 'ortho' }), x);
    expect([...rfft([1, 2, 3, 4]).re].map((v) => Math.round(v * 1e9) / 1e9)).toEqual([10, -2, -2]);
  });

  it('convolve as the direct sums do', () => {
    for (const [n, m] of [
      [1, 1],
      [7, 7],
      [12, 5],
      [33, 33],
    ] as const) {
      const x = signal(n, 1);
      const h = signal(m, 2);
      const circular = new Float64Array(n);
      const causal = new Float64Array(n);
      for (let t = 0; t < n; t++) {
        for (let s = 0; s < m; s++) {
          circular[t]! += h[s]! * x[(t - s + n) % n]!;
          if (s <= t) causal[t]! += h[s]! * x[t - s]!;
        }
      }
      expectNear(circularConvolution(x, h), circular);
      expectNear(causalConvolution(x, h), causal);
      expectNear(
        causalConvolution(x, [...h, ...signal(n, 5)]).slice(0, Math.min(m, n)),
        causal.slice(0, Math.min(m, n)),
      );
    }
  });

  it('say what is wrong with their arguments', () => {
    expect(() => fft([1, 2], [1])).toThrow('fft: re has 2 values and im 1; want as many');
    expect(() => rfft([])).toThrow('rfft: n is 0; want a positive integer');
    expect(() => rfft([1], { n: 1.5 })).toThrow('rfft: n is 1.5; want a positive integer');
    expect(() => irfft([1], [0])).toThrow('irfft: n is 0; want a positive integer');
    expect(() => irfft([1, 2], [0])).toThrow('irfft: re has 2 bins and im 1; want as many');
    expect(() => dct([], {})).toThrow('dct: n is 0; want a positive integer');
    expect(() => rfft([1], { norm: 'unitary' as 'ortho' })).toThrow('rfft: norm is "unitary"');
    expect(() => circularConvolution([1], [1, 2])).toThrow('circularConvolution: h has 2 samples; want at most the 1');
    expect(() => causalConvolution([], [1])).toThrow('causalConvolution: x is empty');
  });
});
