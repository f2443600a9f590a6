// `orchid bench scale`: how the time of a token and the memory of a step grow with the length of a sequence, for Orchid and
// for attention, up to the length that cannot run.
import { UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import { type BenchOptions, report } from '../run/measure.ts';
import { mixerNamed } from '../run/reference-task.ts';
import { growth, type ScalePoint, scalePoints } from '../run/scale.ts';
import { scaleTable } from '../ui/scale-table.ts';

interface Options extends BenchOptions {
  readonly mixer: readonly string[];
  readonly length: readonly number[];
  readonly tokens: number;
  readonly batch?: number;
  readonly microTokens: number;
  readonly width: number;
  readonly layers: number;
  readonly transform: string;
  readonly recompute: string;
}

const recomputations = ['auto', 'always', 'never'] as const;

export async function run(_args: readonly string[], options: Options, io: Io): Promise<number> {
  const { tokens, batch, microTokens } = options;
  for (const mixer of options.mixer) mixerNamed(mixer);
  const recompute = recomputations.find((name) => name === options.recompute);
  if (!recompute) throw new UsageError(`--recompute ${options.recompute}: want ${recomputations.join(', ')}`);
  const lengths = [...options.length].sort((a, b) => a - b);
  const points: ScalePoint[] = [];
  for (const mixer of options.mixer) {
    const given = { mixer, lengths, tokens, microTokens, recompute, ...(batch === undefined ? {} : { batch }) };
    for await (const point of scalePoints(given, options, io.env)) {
      points.push(point);
      if (options.json) report(io, true, { bench: 'scale', ...point, growth: growth(points, point) });
      else say(io, `${point.mixer} ${point.length.toLocaleString('en-US')}: ${point.cannot ?? `${point.medianMs} ms`}`);
    }
  }
  if (!options.json) say(io, `\n${scaleTable(points).join('\n')}`);
  return 0;
}
