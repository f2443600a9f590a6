// The figures of a measurement as a file for other programs.
import type { ScalePoint } from '../../scale-run.ts';

/** A row a point; what could not be measured says why. */
export function asCsv(points: readonly ScalePoint[], engine: string): string {
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = points.map(({ mixer, work, length, result }) =>
    'cannot' in result
      ? [mixer, work, length, '', '', '', '', quote(result.cannot), quote(engine)]
      : [mixer, work, length, result.ms, result.repeats, result.peakBytes ?? '', result.recompute, '', quote(engine)],
  );
  const header = 'mixer,work,tokens,median_ms,repeats,peak_bytes,recompute,cannot,engine';
  return `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`;
}
