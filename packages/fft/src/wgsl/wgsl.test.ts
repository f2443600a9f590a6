// The shaders as text, so that a change shows on a machine without a GPU; and that they keep to what every WebGPU device has.
import { wgsl } from '@orchid-ml/backends/webgpu-host';
import { describe, expect, it } from 'vitest';
import { stagesOf } from './butterflies.ts';
import { chirpedBins, chirpedInput, chirpedOutput, unpackProgram } from './long-chirps.ts';
import { columnsBackward, columnsForward, rowsBackward, rowsForward, rowsProduct } from './long-passes.ts';
import { chirpPoints, longestPlan, longPlan } from './long-plan.ts';
import { onePassProgram } from './one-pass.ts';
import { dctOperation } from './operations/dct.ts';
import { fftOperation } from './operations/fft.ts';
import { idctOperation } from './operations/idct.ts';
import { irfftOperation } from './operations/irfft.ts';
import { rfftOperation } from './operations/rfft.ts';
import { invocationsFor, lanesFor, pointsOf, sharedTransform } from './shared-transform.ts';

const LIMITS = { maxComputeWorkgroupStorageSize: 16384, maxComputeInvocationsPerWorkgroup: 256 };
const transformOf = (n: number, signals = 16) => {
  const lanes = lanesFor(n, signals, LIMITS);
  return sharedTransform(n, lanes, invocationsFor(n, lanes, LIMITS));
};
const operations = [rfftOperation, irfftOperation, fftOperation, dctOperation, idctOperation];

describe('one pass', () => {
  it.each(operations.map((operation) => [operation.name, operation] as const))('%s of 1,024', (_, operation) => {
    expect(wgsl(onePassProgram(operation, transformOf(1024)))).toMatchSnapshot();
  });

  it('rfft of 60, radices 4, 5 and 3', () => {
    expect(wgsl(onePassProgram(rfftOperation, transformOf(60)))).toMatchSnapshot();
  });

  it('irfft of 509, through Bluestein’s algorithm', () => {
    expect(wgsl(onePassProgram(irfftOperation, transformOf(509)))).toMatchSnapshot();
  });

  it('keeps to what every device has', () => {
    for (let n = 1; n <= 2048; n++) {
      for (const signals of [1, 10_000]) {
        const lanes = lanesFor(n, signals, LIMITS);
        if (lanes === 0) {
          expect(stagesOf(n)).toBeNull();
          continue;
        }
        const { points, invocations } = transformOf(n, signals);
        expect(Math.log2(lanes) % 1).toBe(0);
        expect(points * lanes * 8).toBeLessThanOrEqual(16384);
        expect(invocations).toBeLessThanOrEqual(256);
        expect(invocations % lanes).toBe(0);
      }
    }
  });

  it('has one text for the lengths that Bluestein’s algorithm brings to the same points', () => {
    expect(pointsOf(97)).toBe(256);
    expect(pointsOf(127)).toBe(256);
    expect(transformOf(97).key).toBe(transformOf(127).key);
    expect(transformOf(97).declarations).toBe(transformOf(127).declarations);
    expect(transformOf(97).table.key).not.toBe(transformOf(127).table.key);
  });
});

describe('several passes', () => {
  const plan = longPlan(131_072, LIMITS)!;

  it.each([
    ['columns of rfft', () => columnsForward('rfft', plan.columns, rfftOperation.input)],
    ['rows of rfft', () => rowsForward('rfft', plan.rows, rfftOperation.output)],
    ['rows of irfft', () => rowsBackward('irfft', plan.rows, irfftOperation.input)],
    ['columns of irfft', () => columnsBackward('irfft', plan.columns, irfftOperation.output)],
    ['product', () => rowsProduct('rfft', plan.rows)],
    ['chirped columns of rfft', () => columnsForward('rfft', plan.columns, chirpedInput(rfftOperation))],
    ['chirped columns of idct', () => columnsForward('idct', plan.columns, chirpedInput(idctOperation))],
    ['chirped results of idct', () => columnsBackward('idct', plan.columns, chirpedOutput(idctOperation))],
    ['chirped bins', () => columnsBackward('rfft', plan.columns, chirpedBins)],
    ['bins of dct', () => unpackProgram(dctOperation)],
  ])('%s', (_, build) => {
    const program = build();
    expect(program.buffers.length).toBeLessThanOrEqual(8);
    expect(wgsl(program)).toMatchSnapshot();
  });

  it('factors lie close together and fit', () => {
    for (const n of [4096, 3 * 2 ** 12, 10_000, 100_000, 2 ** 17, 147_456, 2 ** 20]) {
      const { columns, rows } = longPlan(n, LIMITS)!;
      expect(columns.n * rows.n).toBe(n);
      expect(rows.lanes % 2).toBe(0);
      expect(Math.max(columns.n / rows.n, rows.n / columns.n)).toBeLessThanOrEqual(2);
    }
    expect(longPlan(65_537, LIMITS)).toBeNull();
    expect(longPlan(2 ** 24, LIMITS)).toBeNull();
    expect(longestPlan(LIMITS)).toBe(2 ** 21);
    expect(longestPlan({ ...LIMITS, maxComputeWorkgroupStorageSize: 32768 })).toBe(2 ** 22);
  });

  it('chirps take the next length that splits well', () => {
    expect(chirpPoints(65_521)).toBe(131_072);
    expect(chirpPoints(65_537)).toBe(147_456);
    for (let n = 1000; n < 1_000_000; n = Math.ceil(1.37 * n)) {
      const points = chirpPoints(n);
      expect(points).toBeGreaterThanOrEqual(2 * n - 1);
      expect(points).toBeLessThan(2.7 * n);
      expect(longPlan(points, { ...LIMITS })).not.toBeNull();
    }
  });
});
