// The generator repeats itself for a seed, differs between streams, and is uniform enough for what it is used for.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng, type RngState } from './rng.ts';

const take = (rng: Rng, count: number) => Array.from({ length: count }, () => rng.bits());

describe('Rng', () => {
  it('repeats for a seed and goes on from a saved state', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(50), (seed, skip) => {
        const rng = new Rng(seed);
        take(rng, skip);
        const copy = Rng.fromState(JSON.parse(JSON.stringify(rng.state)) as RngState);
        expect(take(copy, 20)).toEqual(take(rng, 20));
      }),
    );
  });

  it('keeps its sequence: the first numbers of two seeds', () => {
    expect(take(new Rng(1, 'recall/train'), 3)).toMatchInlineSnapshot(`
      [
        4136162592,
        3463502161,
        1936030789,
      ]
    `);
    expect(take(new Rng(2 ** 40 + 1), 3)).toMatchInlineSnapshot(`
      [
        831612436,
        3078203306,
        3310294694,
      ]
    `);
  });

  it('differs between seeds, also in their high halves, and between streams', () => {
    const starts = [new Rng(0), new Rng(1), new Rng(2 ** 32), new Rng(2 ** 32 + 1), new Rng(0, 'a'), new Rng(0, 'b')];
    expect(new Set(starts.map((rng) => take(rng, 4).join())).size).toBe(starts.length);
  });

  it('draws integers uniformly (chi-squared over 10 cells, 9 degrees of freedom)', () => {
    const counts = new Array<number>(10).fill(0);
    const rng = new Rng(7);
    for (let i = 0; i < 100_000; i++) counts[rng.integer(10)]!++;
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(30);
    let mean = 0;
    for (let i = 0; i < 100_000; i++) mean += rng.uniform() / 100_000;
    expect(mean).toBeCloseTo(0.5, 2);
  });

  it('says what is wrong', () => {
    expect(() => new Rng(-1)).toThrow('Rng: seed is -1');
    expect(() => new Rng(1.5)).toThrow('Rng: seed is 1.5');
    expect(() => new Rng(0).integer(0)).toThrow('bound is 0');
    expect(() => Rng.fromState([0, 0, 0, 0])).toThrow('state is [0,0,0,0]');
    expect(() => Rng.fromState([1, 2, 3] as never)).toThrow('want four 32-bit integers');
  });
});
