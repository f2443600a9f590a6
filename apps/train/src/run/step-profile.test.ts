// A profile's arithmetic, on records made up here.
import { describe, expect, it } from 'vitest';
import { profileTable } from '../ui/profile-table.ts';
import { summarize } from './step-profile.ts';

const record = (kernel: string, phase: string, ms: number, bytes: number, flops = 0) => ({
  kernel,
  phase,
  calls: 2,
  ms,
  bytes,
  flops,
});
const records = [
  record('Add', 'forward', 1, 4e6),
  record('MatMul', 'forward', 10, 1e6, 2e8),
  record('MatMul', 'backward', 30, 2e6, 4e8),
  record('Add', 'optimizer', 5, 6e6),
  record('Tiny', 'backward', 0.1, 0),
];
const profile = summarize(50, records, { flopsPerSecond: 2e10, bytesPerSecond: 1e10 });

describe('summarize', () => {
  it('adds the phases of a kernel, slowest kernel first', () => {
    expect(profile.kernels.map(({ kernel }) => kernel)).toEqual(['MatMul', 'Add', 'Tiny']);
    expect(profile.kernels[0]).toEqual({
      kernel: 'MatMul',
      calls: 4,
      ms: 40,
      share: 0.8,
      phaseMs: { forward: 10, backward: 30, optimizer: 0 },
      bytes: 3e6,
      flops: 6e8,
      floorMs: 30,
    });
    expect(profile.phaseMs).toEqual({ forward: 11, backward: 30.1, optimizer: 5 });
    expect(profile.kernelsMs).toBeCloseTo(46.1);
    expect(profile.restMs).toBeCloseTo(3.9);
  });

  it("takes the floor of a product from its operations, everything else's from its bytes", () => {
    expect(profile.floor).toMatchObject({ flops: 6e8, productsMs: 30, bytes: 1e7, copyMs: 1, ms: 31 });
  });
});

describe('profileTable', () => {
  it('prints kernels, the whole and the floor', () => {
    const lines = profileTable(profile);
    expect(lines[1]).toMatch(/^MatMul +4 +40\.0 +80\.0 % +10\.0 +30\.0 +0\.0 +3\.0 +0\.1 +15\.0 +30\.0$/);
    expect(lines[3]).toMatch(/^1 more +2 +0\.1/);
    expect(lines[4]).toMatch(/^all kernels +10 +46\.1 +92\.2 %/);
    expect(lines.at(-1)).toMatch(/^the floor +31\.0$/);
    expect(lines.find((line) => line.startsWith('the rest'))).toMatch(/ 3\.9$/);
  });
});
