// Moments of the distributions against their formulas.
import { describe, expect, it } from 'vitest';
import { beta, gamma, normal, shuffled } from './random.ts';
import { Rng } from './rng.ts';

function moments(draw: () => number, count = 40_000): [mean: number, variance: number] {
  const values = Array.from({ length: count }, draw);
  const mean = values.reduce((a, b) => a + b) / count;
  return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count];
}

describe('random numbers', () => {
  const rng = new Rng(1);

  it('are normal', () => {
    const [mean, variance] = moments(() => normal(rng));
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(variance).toBeCloseTo(1, 1);
  });

  it.each([0.3, 1, 4.5])('are gamma of shape %f', (shape) => {
    const [mean, variance] = moments(() => gamma(rng, shape));
    expect(mean / shape).toBeCloseTo(1, 1);
    expect(variance / shape).toBeCloseTo(1, 0.9);
  });

  it.each([
    [0.2, 0.2],
    [2, 5],
  ])('are beta of %f and %f', (a, b) => {
    const [mean, variance] = moments(() => beta(rng, a, b));
    expect(mean).toBeCloseTo(a / (a + b), 1.5);
    expect(variance).toBeCloseTo((a * b) / ((a + b) ** 2 * (a + b + 1)), 1.9);
  });

  it('stay in 0 to 1 where gammas underflow', () => {
    const draws = Array.from({ length: 200 }, () => beta(rng, 1e-4, 1e-4));
    expect(draws.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(draws.some((value) => value > 0.5) && draws.some((value) => value < 0.5)).toBe(true);
  });

  it('shuffle every order with equal chances', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = String(shuffled(3, rng));
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('refuse a shape of 0', () => {
    expect(() => gamma(rng, 0)).toThrow('gamma: shape is 0; want a number above 0');
  });
});
