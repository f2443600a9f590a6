// The course of a measurement, with meters that measure nothing; and the meter itself, at lengths of no time.
import { useBackend } from '@orchid-ml/backends';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { hasWebGpu } from '../../../packages/backends/src/testing/webgpu.ts';
import { Meter } from '../src/compute/scale/meter.ts';
import { timed } from '../src/compute/scale/timed.ts';
import { asCsv } from '../src/page/pages/scale/table.ts';
import { runScale, type ScalePoint, slopeOf } from '../src/page/scale-run.ts';
import type { Measured, MeasureInput, ScaleMixer } from '../src/shared/scale.ts';

/** Runs with a clock that is made up. */
async function course(
  measure: (input: MeasureInput & { mixer: ScaleMixer }) => Measured,
  { timeLimit = 1e9, abortAt = Number.POSITIVE_INFINITY, compiles = false } = {},
) {
  const points: ScalePoint[] = [];
  const log: string[] = [];
  const abort = new AbortController();
  await runScale({
    lengths: [256, 512, 1024],
    mixers: ['orchid', 'attention'],
    works: ['forward', 'training'],
    timeLimit,
    open: async (mixer) => {
      log.push(`open ${mixer}`);
      return {
        compiles,
        measure: async (input) => measure({ ...input, mixer }),
        close: () => void log.push(`close ${mixer}`),
      };
    },
    onPoint: (point) => {
      points.push(point);
      if (points.length === abortAt) abort.abort();
    },
    onBegin: () => {},
    signal: abort.signal,
  });
  return { points, log };
}

const done = (ms: number): Measured => ({ ms, repeats: 3, peakBytes: 1000, recompute: false });

describe('a measurement', () => {
  it('goes through all lengths of both mixers, each with a worker of its own', async () => {
    const { points, log } = await course(({ length }) => done(length / 1000));
    expect(points).toHaveLength(12);
    expect(points.slice(0, 3).map(({ mixer, length, work }) => `${mixer} ${length} ${work}`)).toEqual([
      'orchid 256 forward',
      'orchid 256 training',
      'orchid 512 forward',
    ]);
    expect(log).toEqual(['open orchid', 'close orchid', 'open attention', 'close attention']);
  });

  it('tries no longer sequences than what cannot be done', async () => {
    const { points } = await course(({ mixer, work, length }) =>
      mixer === 'attention' && work === 'training' && length === 512 ? { cannot: 'no room' } : done(1),
    );
    const attention = points.filter(({ mixer, work }) => mixer === 'attention' && work === 'training');
    expect(attention.map(({ length, result }) => [length, 'cannot' in result])).toEqual([
      [256, false],
      [512, true],
    ]);
    expect(points.filter(({ mixer, work }) => mixer === 'attention' && work === 'forward')).toHaveLength(3);
  });

  it('does not begin what would take too long', async () => {
    const seen: number[] = [];
    const { points } = await course(
      ({ mixer, length }) => {
        if (mixer === 'attention') seen.push(length);
        return done(mixer === 'attention' ? 300 : 1);
      },
      { timeLimit: 2000 },
    );
    expect(seen).toEqual([256, 256]);
    const last = points.at(-1)!;
    expect(last.result).toEqual({ cannot: 'measuring would take about 2.4 s; the limit is 2 s' });
  });

  it('reckons with a repetition for what is compiled, however long the work', async () => {
    const tried = async (compiles: boolean) => {
      const { points } = await course(({ length }) => done(length === 256 ? 5_000 : 1), {
        timeLimit: 23_000,
        compiles,
      });
      return points.filter(({ result, length }) => length === 512 && !('cannot' in result)).map(({ mixer }) => mixer);
    };
    expect(await tried(false)).toEqual(['orchid', 'orchid', 'attention', 'attention']);
    expect(await tried(true)).toEqual([]);
  });

  it('never counts the time of compiling', async () => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    /** Takes 9 seconds at first, then 400 milliseconds. */
    const work = () => {
      let first = true;
      return async () => {
        now += first ? 9_000 : 400;
        first = false;
      };
    };
    try {
      expect(await timed(work(), { compiles: true })).toEqual({ ms: 400, repeats: 3 });
      expect(await timed(work(), { compiles: false })).toEqual({ ms: 9_000, repeats: 1 });
    } finally {
      clock.mockRestore();
    }
  });

  it('takes the end of a worker for what the length comes to, and can be stopped', async () => {
    const { points } = await course(({ mixer }) => {
      if (mixer === 'orchid') throw new Error('the worker failed: it ran out of memory');
      return done(1);
    });
    expect(points.filter(({ mixer }) => mixer === 'orchid').map(({ result }) => result)).toEqual([
      { cannot: 'the worker failed: it ran out of memory' },
      { cannot: 'the worker failed: it ran out of memory' },
    ]);
    const stopped = await course(() => done(1), { abortAt: 2 });
    expect(stopped.points).toHaveLength(2);
    expect(stopped.log).not.toContain('open attention');
  });

  it('finds how a curve grows', () => {
    const squares = [1, 2, 4].map((length) => ({ length, ms: 3 * length ** 2 }));
    expect(slopeOf(squares)).toBeCloseTo(2, 10);
    expect(slopeOf(squares.slice(0, 1))).toBeNull();
  });

  it('is a table for other programs', () => {
    const csv = asCsv(
      [
        { mixer: 'orchid', work: 'forward', length: 256, result: done(2.5) },
        { mixer: 'attention', work: 'training', length: 512, result: { cannot: 'no "room"' } },
      ],
      'WebAssembly, SIMD',
    );
    expect(csv.split('\n')).toEqual([
      'mixer,work,tokens,median_ms,repeats,peak_bytes,recompute,cannot,engine',
      'orchid,forward,256,2.5,3,1000,false,,"WebAssembly, SIMD"',
      'attention,training,512,,,,,"no ""room""","WebAssembly, SIMD"',
      '',
    ]);
  });
});

const engines = ['wasm', ...((await hasWebGpu()) ? (['webgpu'] as const) : [])] as const;

describe.each(engines)('a meter on %s', (engine) => {
  it.each(['orchid', 'attention'] as const)(
    'times %s, counts its memory, and keeps to the limit',
    async (mixer) => {
      await useBackend(engine);
      const before = tf.memory().numTensors;
      const meter = new Meter({ mixer, width: 8, layers: 1, memoryLimit: 2 ** 30 });
      for (const work of ['forward', 'training'] as const) {
        const point = await meter.measure({ work, length: 64 });
        expect(point).toMatchObject({ recompute: false, repeats: expect.any(Number) });
        expect('ms' in point && point.ms > 0 && point.peakBytes! > 10_000).toBe(true);
      }
      const small = new Meter({ mixer, width: 8, layers: 1, memoryLimit: 2 ** 20 });
      await small.measure({ work: 'forward', length: 64 });
      for (const work of ['forward', 'training'] as const) {
        expect(await small.measure({ work, length: 4096 })).toMatchObject({
          cannot: expect.stringMatching(
            /over 4,096 tokens would take .*; the limit is 1 MB(, of which 95 % are counted on)?$/,
          ),
        });
      }
      expect(tf.memory().numTensors).toBe(before);
    },
    120_000,
  );
});
