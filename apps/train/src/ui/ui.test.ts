// What people see of a run: the plot, the numbers, the lines.
import { describe, expect, it } from 'vitest';
import { capture } from '../../test/capture.ts';
import { bytes, count, duration, percent, shellQuote, table } from './format.ts';
import { Progress } from './progress.ts';
import { resample, sparkline } from './sparkline.ts';

describe('sparkline', () => {
  it('draws the smallest as ▁ and the largest as █', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([5, 5])).toBe('▁▁');
    expect(sparkline([0.5], { min: 0, max: 1 })).toBe('▅');
    expect(sparkline([1, Number.NaN, 0])).toBe('█ ▁');
    expect(sparkline([])).toBe('');
  });

  it('averages many points down', () => {
    expect(resample([1, 3, 5, 7], 2)).toEqual([2, 6]);
    expect([
      ...sparkline(
        Array.from({ length: 1000 }, (_, i) => i),
        { width: 40 },
      ),
    ]).toHaveLength(40);
  });
});

describe('format', () => {
  it('writes numbers as people read them', () => {
    expect(count(1234567.4)).toBe('1,234,567');
    expect([duration(3.21), duration(75), duration(7325), duration(Number.NaN)]).toEqual([
      '3.2 s',
      '1 min 15 s',
      '2 h 2 min',
      '?',
    ]);
    expect(percent(0.9953)).toBe('99.53 %');
    expect([bytes(12), bytes(1536)]).toEqual(['12 B', '1.5 KiB']);
    expect(
      table(
        [
          ['a', '1'],
          ['bcd', '22'],
        ],
        [1],
      ),
    ).toEqual(['a     1', 'bcd  22']);
    expect([shellQuote('runs/a-1'), shellQuote("it's")]).toEqual(['runs/a-1', `'it'\\''s'`]);
  });
});

describe('progress without a terminal', () => {
  it('prints the first and the last step, and in between not more often than asked', () => {
    const { io, output } = capture();
    const progress = new Progress(io, { total: 50, from: 0, everySeconds: 1000 });
    for (let step = 1; step <= 50; step++)
      progress.step({ step, loss: 2, accuracy: 0.5, tokensPerSecond: 1234, etaSeconds: 75 });
    progress.note('evaluation');
    progress.stop();
    const lines = output().trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^step 1\/50 {2}loss 2\.000 {2}accuracy 50\.00 % {2}1,234 tokens\/s {2}1 min 15 s left$/);
    expect(lines[2]).toBe('evaluation');
  });
});
