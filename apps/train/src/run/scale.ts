// The points of a scaling curve. Each is `orchid bench step` in a process of its own: the wasm heap never shrinks, so only
// a fresh process says what one length needs; and a length that cannot run ends its own process alone.
import { UsageError } from '../errors.ts';
import { orchidProcess, reasonOf } from './child.ts';
import type { BenchOptions } from './measure.ts';

export interface ScaleOptions {
  readonly mixer: string;
  /** rising */
  readonly lengths: readonly number[];
  /** tokens a step: as many sequences of each length as that makes, at least one */
  readonly tokens: number;
  /** sequences a step, whatever their length, instead of `tokens` */
  readonly batch?: number;
  /** tokens computed at once, in micro-batches of whole sequences, at least one */
  readonly microTokens: number;
  /** auto: where a step does not fit without */
  readonly recompute: 'auto' | 'always' | 'never';
}

/** What of `orchid bench step` is passed on. */
export type StepSettings = Omit<BenchOptions, 'json'> & {
  readonly width: number;
  readonly layers: number;
  readonly transform: string;
};

export interface ScalePoint {
  readonly mixer: string;
  readonly length: number;
  readonly batch: number;
  readonly microBatches: number;
  readonly recompute: boolean;
  readonly medianMs?: number;
  readonly microsecondsPerToken?: number;
  /** what was predicted before the step ran; null on an engine without a wasm heap */
  readonly heapPredictedBytes?: number | null;
  /** most of the wasm heap in use at once */
  readonly heapPeakBytes?: number | null;
  /** most of the machine's memory that the process held */
  readonly maxRssBytes?: number;
  /** why the step did not run; then there are no figures, and no longer sequences are tried */
  readonly cannot?: string;
}

/**
 * Measures one length after the other, and ends after the first that cannot run.
 *
 * @throws UsageError for settings that `orchid bench step` does not take
 */
export async function* scalePoints(
  options: ScaleOptions,
  settings: StepSettings,
  env: Readonly<Record<string, string | undefined>>,
): AsyncGenerator<ScalePoint> {
  // What does not fit at one length does not fit at a longer one.
  let recompute = options.recompute === 'always';
  for (const length of options.lengths) {
    let point = await measure(options, settings, env, length, recompute);
    if (point.cannot !== undefined && options.recompute === 'auto' && !recompute) {
      recompute = true;
      point = await measure(options, settings, env, length, recompute);
    }
    yield point;
    if (point.cannot !== undefined) return;
  }
}

/** Sequences a step, and the micro-batches that they are cut into. */
export function batchesOf({ tokens, batch, microTokens }: ScaleOptions, length: number) {
  const sequences = batch ?? Math.max(1, Math.floor(tokens / length));
  const atOnce = Math.max(1, Math.floor(microTokens / length));
  return { batch: sequences, microBatches: Math.ceil(sequences / atOnce) };
}

/**
 * How much slower a token is than at the shortest length of the same mixer, over what the growth of log L explains: 1 where
 * time goes with L log L. Null where there are no figures.
 */
export function growth(points: readonly ScalePoint[], { mixer, length, microsecondsPerToken }: ScalePoint) {
  const first = points.find((point) => point.mixer === mixer);
  if (microsecondsPerToken === undefined || first?.microsecondsPerToken === undefined) return null;
  return microsecondsPerToken / first.microsecondsPerToken / (Math.log(length) / Math.log(first.length));
}

async function measure(
  options: ScaleOptions,
  settings: StepSettings,
  env: Readonly<Record<string, string | undefined>>,
  length: number,
  recompute: boolean,
): Promise<ScalePoint> {
  const { mixer } = options;
  const { batch, microBatches } = batchesOf(options, length);
  const values = { ...settings, mixer, length, batch, 'micro-batches': microBatches };
  const names = [
    'backend',
    'blas',
    'repeats',
    'width',
    'layers',
    'transform',
    'mixer',
    'length',
    'batch',
    'micro-batches',
  ];
  const argv = names.flatMap((name) => [`--${name}`, String(values[name as keyof typeof values])]);
  if (recompute) argv.push('--recompute');
  const ended = await orchidProcess(['bench', 'step', '--json', ...argv], { env });
  const about = { mixer, length, batch, microBatches, recompute };
  if (ended.code === 2) throw new UsageError(reasonOf(ended));
  if (ended.code !== 0) return { ...about, cannot: reasonOf(ended) };
  const line = JSON.parse(ended.output.split('\n').find((text) => text.startsWith('{'))!);
  const { medianMs, heapPredictedBytes, heapPeakBytes, maxRssBytes } = line;
  const microsecondsPerToken = Number(((1000 * medianMs) / (batch * length)).toPrecision(4));
  return { ...about, medianMs, microsecondsPerToken, heapPredictedBytes, heapPeakBytes, maxRssBytes };
}
