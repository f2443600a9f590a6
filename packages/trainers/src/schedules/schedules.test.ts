// Every schedule at its corners, and that it never leaves its range.
import { describe, expect, it } from 'vitest';
import { createSchedule } from './index.ts';

const shared = { warmupSteps: 10, totalSteps: 110, finalFraction: 0.02 };

describe('createSchedule', () => {
  it.each(['cosine', 'linear', 'constant'] as const)('%s warms up in a straight line to 1', (kind) => {
    const { factor } = createSchedule({ kind, ...shared });
    expect(factor(0)).toBeCloseTo(0.1, 12);
    expect(factor(4)).toBeCloseTo(0.5, 12);
    expect(factor(9)).toBe(1);
    expect(factor(10)).toBe(1);
  });

  it('goes down as its name says', () => {
    const cosine = createSchedule({ kind: 'cosine', ...shared });
    expect(cosine.factor(60)).toBeCloseTo(0.51, 12);
    expect(cosine.factor(35)).toBeCloseTo(0.02 + (0.98 * (1 + Math.SQRT1_2)) / 2, 12);
    const linear = createSchedule({ kind: 'linear', ...shared });
    expect(linear.factor(60)).toBeCloseTo(0.51, 12);
    expect(linear.factor(35)).toBeCloseTo(1 - 0.98 / 4, 12);
    const constant = createSchedule({ kind: 'constant', ...shared });
    expect(constant.factor(109)).toBe(1);
    for (const { factor } of [cosine, linear]) {
      expect(factor(110)).toBeCloseTo(0.02, 12);
      expect(factor(1000)).toBeCloseTo(0.02, 12);
      for (let step = 11; step < 110; step++) expect(factor(step)).toBeLessThan(factor(step - 1));
    }
  });

  it('works without a warm-up, and for a run shorter than its warm-up', () => {
    expect(createSchedule({ kind: 'linear', totalSteps: 4 }).factor(0)).toBe(1);
    expect(createSchedule({ kind: 'linear', totalSteps: 4 }).factor(2)).toBe(0.5);
    expect(createSchedule({ kind: 'cosine', totalSteps: 5, warmupSteps: 10 }).factor(4)).toBe(0.5);
  });

  it.each([
    [{ kind: 'step' as never }, 'schedule: kind is "step"; want one of cosine, linear, constant'],
    [{ totalSteps: 0 }, 'schedule: totalSteps is 0'],
    [{ warmupSteps: -1 }, 'schedule: warmupSteps is -1'],
    [{ finalFraction: 2 }, 'schedule: finalFraction is 2; want a number in 0..1'],
  ])('refuses %o', (changed, message) => {
    expect(() => createSchedule({ kind: 'cosine', ...shared, ...changed })).toThrow(message);
  });
});
