// The course of a scaling measurement: both mixers, length after length, each until it would take too long or too much. What
// measures is given, so that the course can be tested without an engine.
import { LONG_MS, type Measured, type MeasureInput, type ScaleMixer, type ScaleWork } from '../shared/scale.ts';
import { duration } from './words.ts';

/** Measures one mixer, in a worker of its own. */
export interface MixerMeter {
  /** whether its engine compiles programs for each length, so that it never counts a first repetition */
  readonly compiles: boolean;
  measure(input: MeasureInput): Promise<Measured>;
  /** Gives the worker's memory back. */
  close(): void;
}

export interface ScalePoint extends MeasureInput {
  readonly mixer: ScaleMixer;
  readonly result: Measured;
}

export interface ScaleRunOptions {
  readonly lengths: readonly number[];
  readonly mixers: readonly ScaleMixer[];
  readonly works: readonly ScaleWork[];
  /** the most that one measurement may take, repetitions included: milliseconds */
  readonly timeLimit: number;
  readonly open: (mixer: ScaleMixer) => Promise<MixerMeter>;
  readonly onPoint: (point: ScalePoint) => void;
  /** what is being measured */
  readonly onBegin: (next: MeasureInput & { readonly mixer: ScaleMixer }) => void;
  readonly signal: AbortSignal;
}

/** What a measurement takes: it runs its work once to warm up and once more, and only once where that is long. */
const costOf = (ms: number, { compiles }: MixerMeter) => (ms > LONG_MS && !compiles ? ms : 2 * ms);

/** Twice the length takes so much longer at worst: attention's square, and L log L with room for memory that is further away. */
const GROWTH: Readonly<Record<ScaleMixer, number>> = { attention: 4, orchid: 2.4 };

/**
 * Measures mixer by mixer and length by length; what cannot be measured at a length is not tried at longer ones.
 *
 * @throws whatever `open` throws
 */
export async function runScale(options: ScaleRunOptions): Promise<void> {
  for (const mixer of options.mixers) {
    if (options.signal.aborted) return;
    const meter = await options.open(mixer);
    // A measurement in a worker cannot be interrupted; its worker can be ended.
    const stop = () => meter.close();
    options.signal.addEventListener('abort', stop);
    try {
      await runMixer(mixer, meter, options);
    } finally {
      options.signal.removeEventListener('abort', stop);
      meter.close();
    }
  }
}

async function runMixer(mixer: ScaleMixer, meter: MixerMeter, options: ScaleRunOptions): Promise<void> {
  const { lengths, works, timeLimit, onPoint, onBegin, signal } = options;
  const last = new Map<ScaleWork, { readonly length: number; readonly ms: number }>();
  const going = new Set(works);
  for (const length of lengths) {
    for (const work of works) {
      if (signal.aborted || going.size === 0) return;
      if (!going.has(work)) continue;
      const before = last.get(work);
      const ms = before && before.ms * GROWTH[mixer] ** Math.log2(length / before.length);
      onBegin({ mixer, length, work });
      const cost = ms === undefined ? 0 : costOf(ms, meter);
      const result: Measured =
        cost > timeLimit
          ? { cannot: `measuring would take about ${duration(cost)}; the limit is ${duration(timeLimit)}` }
          : await measured(meter, { work, length });
      if (signal.aborted) return;
      onPoint({ mixer, length, work, result });
      if ('cannot' in result) going.delete(work);
      else last.set(work, { length, ms: result.ms });
    }
  }
}

async function measured(meter: MixerMeter, input: MeasureInput): Promise<Measured> {
  try {
    return await meter.measure(input);
  } catch (error) {
    // The worker has died: that, too, is what this length comes to.
    return { cannot: error instanceof Error ? error.message : String(error) };
  }
}

/** How a series grows: the slope of log time over log length, by least squares; null of fewer than two points. */
export function slopeOf(points: readonly { readonly length: number; readonly ms: number }[]): number | null {
  if (points.length < 2) return null;
  const xs = points.map(({ length }) => Math.log(length));
  const ys = points.map(({ ms }) => Math.log(ms));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(xs), mean(ys)];
  const covariance = xs.reduce((sum, x, i) => sum + (x - mx) * (ys[i]! - my), 0);
  return covariance / xs.reduce((sum, x) => sum + (x - mx) ** 2, 0);
}
