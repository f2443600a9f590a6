// The points of a scaling curve as a table.
import { growth, type ScalePoint } from '../run/scale.ts';
import { bytes, count, table, wrapped } from './format.ts';

const head = [
  'mixer',
  'length',
  'batch',
  'in parts of',
  'again',
  'ms a step',
  'µs a token',
  'over log L',
  'heap',
  'process',
];

/** The lines to print; a length that cannot run has its reason below the table. */
export function scaleTable(points: readonly ScalePoint[]): string[] {
  const rows = points.map((point) => {
    const { mixer, length, batch, microBatches, recompute, medianMs, microsecondsPerToken } = point;
    const shape = [
      mixer,
      count(length),
      count(batch),
      count(Math.ceil(batch / microBatches)),
      recompute ? 'yes' : 'no',
    ];
    if (medianMs === undefined) return [...shape, 'cannot', '', '', '', '', ''];
    const memory = [point.heapPredictedBytes, point.heapPeakBytes, point.maxRssBytes].map((size) =>
      size ? bytes(size) : '',
    );
    return [...shape, count(medianMs), microsecondsPerToken!.toFixed(1), growth(points, point)!.toFixed(2), ...memory];
  });
  const reasons = points.flatMap(({ mixer, length, cannot }) =>
    cannot === undefined ? [] : ['', ...wrapped(`${mixer} at ${count(length)} cannot run: ${cannot}`, 100)],
  );
  const right = head.flatMap((_, i) => (i === 0 || i === 4 ? [] : [i]));
  return [...table([head, ...rows], right), ...reasons];
}
