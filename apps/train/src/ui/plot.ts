// The course of a run as two small plots, printed at its end.
import type { Metric } from '../run/folder.ts';
import * as format from './format.ts';
import { resample, sparkline } from './sparkline.ts';

/** With its label and its numbers a plot then fits in 80 columns. */
const width = 36;

/**
 * Lines with loss and score of the training steps, and of the evaluations if there were several.
 *
 * @param scoreName of the evaluations; steps that measure something else are drawn by their loss alone
 */
export function coursePlot(metrics: readonly Metric[], scoreName = 'accuracy'): string[] {
  const lines: string[] = [];
  for (const [kind, name] of [
    ['step', 'training'],
    ['evaluation', 'held-out'],
  ] as const) {
    const points = metrics.filter((metric) => metric.kind === kind);
    if (points.length < 2) continue;
    const labelWidth = Math.max('loss'.length, scoreName.length);
    for (const what of ['loss', scoreName]) {
      const values = points.map((metric) => metric[what]).filter((value) => typeof value === 'number');
      if (values.length < points.length) continue;
      const [first, last] = ends(values);
      const isShare = what !== 'loss' && values.every((value) => value >= 0 && value <= 1);
      const drawn = sparkline(values, { width, ...(isShare && { min: 0, max: 1 }) });
      const shown = (value: number) => (what === 'loss' ? format.loss(value) : format.score(what, value));
      lines.push(`${name} ${what.padEnd(labelWidth)}  ${drawn}  ${shown(first)} to ${shown(last)}`);
    }
  }
  return lines;
}

/** First and last point as drawn. */
function ends(values: readonly number[]): [number, number] {
  const points = resample(values, width);
  return [points[0]!, points[points.length - 1]!];
}
