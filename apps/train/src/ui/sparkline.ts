// A plot that fits in one line of text: how loss and accuracy moved over a run.

const bars = '▁▂▃▄▅▆▇█';

/** `values` averaged down to at most `width` points, in order. */
export function resample(values: readonly number[], width: number): number[] {
  if (values.length <= width) return [...values];
  return Array.from({ length: width }, (_, i) => {
    const from = Math.floor((i * values.length) / width);
    const to = Math.max(from + 1, Math.floor(((i + 1) * values.length) / width));
    let sum = 0;
    for (let j = from; j < to; j++) sum += values[j]!;
    return sum / (to - from);
  });
}

/**
 * One character a point, from ▁ (the smallest) to █ (the largest).
 *
 * @param values the points; any that is not finite is drawn as a space
 * @param options `width` at most so many characters; `min` and `max` fix the scale instead of the values' own
 */
export function sparkline(
  values: readonly number[],
  options: { readonly width?: number; readonly min?: number; readonly max?: number } = {},
): string {
  const points = resample(values, options.width ?? 60);
  const finite = points.filter(Number.isFinite);
  const min = options.min ?? Math.min(...finite);
  const max = options.max ?? Math.max(...finite);
  return points
    .map((value) => {
      if (!Number.isFinite(value)) return ' ';
      const place = max > min ? (value - min) / (max - min) : 0;
      return bars[Math.max(0, Math.min(bars.length - 1, Math.round(place * (bars.length - 1))))]!;
    })
    .join('');
}
