// What people see of a run: the plot, the numbers, the lines.
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { capture } from '../../test/capture.ts';
import type { Metric } from '../run/folder.ts';
import { banner } from './banner.ts';
import { bytes, count, duration, percent, shellQuote, table } from './format.ts';
import { coursePlot } from './plot.ts';
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

describe('on a terminal of 80 columns', () => {
  function screen() {
    let drawn = '';
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    stream.on('data', (chunk) => {
      drawn += chunk;
    });
    const terminal = stream as unknown as NodeJS.WriteStream;
    return { io: { ...capture().io, out: (text: string) => void stream.write(text), terminal }, drawn: () => drawn };
  }

  it('lines above the bar stay when it ends, and Ctrl-C is left to the run', () => {
    const { io, drawn } = screen();
    const before = process.listenerCount('SIGINT');
    const progress = new Progress(io, { total: 10, from: 0, everySeconds: 10 });
    expect(process.listenerCount('SIGINT')).toBe(before);
    progress.note('step 4: held-out');
    progress.stop();
    // The bar ends where the cursor was last saved: below the note.
    const [save, restore] = ['\x1b7', '\x1b8'];
    expect(drawn().lastIndexOf(save)).toBeGreaterThan(drawn().indexOf('held-out\n'));
    expect(drawn().indexOf(restore)).toBeGreaterThan(drawn().lastIndexOf(save));
  });

  it('the bar shows all it has to say, also with large numbers', () => {
    const { io, drawn } = screen();
    const progress = new Progress(io, { total: 10_000, from: 0, everySeconds: 10 });
    progress.step({ step: 10_000, loss: 0.01234, accuracy: 1, tokensPerSecond: 123_456, etaSeconds: 59 * 60 + 59 });
    progress.stop();
    const line = stripVTControlCharacters(drawn()).split('\n').at(-2)!;
    expect(line).toMatch(/█ 10000\/10000 {2}loss 0\.01234 {2}acc 100\.00 % {2}123,456 tokens\/s {2}59 min 59 s left$/);
  });

  it('what a run says first is cut at blanks', () => {
    const { io, output } = capture();
    const terminal = { columns: 40 } as NodeJS.WriteStream;
    banner({ ...io, terminal }, 'Training', [
      ['plan', '2,000 steps of 32 x 128 tokens, cosine after 200 steps of warm-up'],
      ['folder', `runs/${'x'.repeat(40)}`],
    ]);
    expect(output().split('\n')).toEqual([
      'Training',
      '  plan    2,000 steps of 32 x 128',
      '          tokens, cosine after 200 steps',
      '          of warm-up',
      `  folder  runs/${'x'.repeat(40)}`,
      '',
      '',
    ]);
    banner(io, 'Training', [['plan', 'a '.repeat(60)]]);
    expect(output()).toContain('a '.repeat(60));
  });

  it('the plots fit', () => {
    const metrics = Array.from({ length: 500 }, (_, i) => ({ kind: 'step', step: i + 1, loss: 0.01234, accuracy: 1 }));
    for (const line of coursePlot(metrics as Metric[])) expect(line.length).toBeLessThanOrEqual(80);
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
