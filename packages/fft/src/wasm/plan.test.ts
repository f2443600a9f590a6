// Plans: the factors are the length, the cache keeps its limit and gives heap back, and the butterflies agree with
// float64 at lengths that the tensor tests leave out.
import { useBackend } from '@orchid-ml/backends';
import { allocate, heapF32, heapI32, release, type WasmBackend, wasmModule } from '@orchid-ml/backends/wasm-host';
import { backend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { nextFastLength, positionsOf, radicesOf } from '../factors.ts';
import source from '../generated/fft.wasm.ts';
import { fft } from '../plain/index.ts';
import { wasmPlan } from './index.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const engine = (): WasmBackend => backend() as unknown as WasmBackend;

describe('factors', () => {
  it('multiply to the length, or are null', () => {
    for (let n = 1; n <= 2000; n++) {
      const radices = radicesOf(n);
      let rest = n;
      for (const prime of [2, 3, 5]) while (rest % prime === 0) rest /= prime;
      if (rest > 1) expect(radices).toBeNull();
      else expect(radices!.reduce((a, b) => a * b, 1)).toBe(n);
    }
    expect(radicesOf(1024)).toEqual([4, 4, 4, 16]);
    expect(radicesOf(2048)).toEqual([4, 4, 4, 4, 8]);
  });

  it('give each bin a place of its own', () => {
    for (const n of [1, 2, 12, 16, 30, 45, 128, 360]) {
      const positions = positionsOf(n, radicesOf(n)!);
      expect([...positions.slice(0, n)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      expect(positions[n]).toBe(positions[0]);
    }
  });

  it('find a smooth length that is long enough', () => {
    for (const least of [1, 13, 101, 1017, 2017, 19997]) {
      const length = nextFastLength(least);
      expect(length).toBeGreaterThanOrEqual(least);
      expect(length).toBeLessThanOrEqual(2 * least);
      expect(radicesOf(length)).not.toBeNull();
    }
    expect(() => nextFastLength(0)).toThrow('least is 0; want a positive integer');
  });
});

describe('wasmPlan', () => {
  it('is cached, and given back when others need the room', () => {
    const first = wasmPlan(engine(), 1000);
    expect(wasmPlan(engine(), 1000)).toBe(first);
    expect(first.workBytes).toBe(32 * 1000);
    const size = engine().wasm.HEAPU8.length;
    for (let round = 0; round < 2; round++) {
      for (const factor of [8, 9, 10, 12, 15]) wasmPlan(engine(), 2 ** 16 * factor);
    }
    // ten plans of 14 MB and more are some 170 MB
    expect(engine().wasm.HEAPU8.length - size).toBeLessThan(120 * 2 ** 20);
    expect(wasmPlan(engine(), 1000)).not.toBe(first);
  });

  it('refuses lengths that are none', () => {
    expect(() => wasmPlan(engine(), 0)).toThrow('wasmPlan: n is 0; want an integer from 1 to');
    expect(() => wasmPlan(engine(), 2.5)).toThrow('wasmPlan: n is 2.5');
  });

  it.each([1, 2, 48, 500, 509, 4096, 6561, 8192, 15625, 16384, 46080, 65537, 131072])(
    'runs length %i both ways',
    (n) => {
      const plan = wasmPlan(engine(), n);
      const { transform } = wasmModule<{ transform(plan: number, work: number, backward: number): void }>(
        engine(),
        source,
      );
      const re = Float64Array.from({ length: n }, (_, t) => Math.fround(Math.sin(0.7 * t * t)));
      const im = Float64Array.from({ length: n }, (_, t) => Math.fround(Math.cos(1.3 * t * t)));
      const want = fft(re, im);
      const work = allocate(engine(), plan.workBytes, 'test');
      const positions = heapI32(engine(), heapI32(engine(), plan.address, 6)[5]!, n + 1);
      const values = heapF32(engine(), work, plan.workBytes / 4);
      for (let t = 0; t < n; t++) {
        for (let lane = 0; lane < 4; lane++) {
          values[8 * t + lane] = re[t]! * (lane + 1);
          values[8 * t + 4 + lane] = im[t]! * (lane + 1);
        }
      }
      transform(plan.address, work, 0);
      let largest = 0;
      let worst = 0;
      for (let k = 0; k < n; k++) {
        const lane = k % 4;
        const at = positions[k]! / 4 + lane;
        largest = Math.max(largest, Math.abs(want.re[k]!), Math.abs(want.im[k]!));
        worst = Math.max(worst, Math.abs(values[at]! / (lane + 1) - want.re[k]!));
        worst = Math.max(worst, Math.abs(values[at + 4]! / (lane + 1) - want.im[k]!));
      }
      expect(worst / largest).toBeLessThan(2e-6);
      transform(plan.address, work, 1);
      worst = 0;
      for (let t = 0; t < n; t++) worst = Math.max(worst, Math.abs(values[8 * t + 3]! / (4 * n) - re[t]!));
      expect(worst).toBeLessThan(3e-6);
      release(engine(), work);
    },
  );
});
