// The course of a run as two small plots, printed at its end.
import type { Metric } from '../run/folder.ts';
import * as format from './format.ts';
import { resample, sparkline } from './sparkline.ts';

/** With its label and its numbers a plot then fits in 80 columns. */
const width = 36;

/** Lines with loss and accuracy of the training steps, and of the evaluations if there were several. */
export function coursePlot(metrics: readonly Metric[]): string[] {
  const lines: string[] = [];
  for (const [kind, name] of [
    ['step', 'training'],
    ['evaluation', 'held-out'],
  ] as const) {
    const points = metrics.filter((metric) => metric.kind === kind);
    if (points.length < 2) continue;
    const losses = points.map((metric) => metric.loss);
    const accuracies = points.map((metric) => metric.accuracy);
    const [firstLoss, lastLoss] = ends(losses);
    const [firstAccuracy, lastAccuracy] = ends(accuracies);
    lines.push(
      `${name} loss      ${sparkline(losses, { width })}  ${format.loss(firstLoss)} to ${format.loss(lastLoss)}`,
      `${name} accuracy  ${sparkline(accuracies, { width, min: 0, max: 1 })}  ${format.percent(firstAccuracy)} to ${format.percent(lastAccuracy)}`,
    );
  }
  return lines;
}

/** First and last point as drawn. */
function ends(values: readonly number[]): [number, number] {
  const points = resample(values, width);
  return [points[0]!, points[points.length - 1]!];
}
