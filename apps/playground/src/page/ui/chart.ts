// From what a page wants drawn to uPlot's options.
import type uPlot from 'uplot';
import { figure } from '../words.ts';

/** A line of a chart. */
export interface Series {
  readonly label: string;
  /** one for each x; null: none there */
  readonly values: ArrayLike<number | null>;
  /** a name of app.css: accent, second, third, before, muted */
  readonly colour: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  /** marks at the points; 'only' without a line between them */
  readonly points?: boolean | 'only';
}

export interface ChartShape {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly height: number;
  /** logarithmic axes: x by powers of two, y of ten */
  readonly isLogLog: boolean;
  readonly yRange: readonly [number, number] | null;
}

/** @param colour what a name of app.css stands for in this theme */
export function chartOptions(
  series: readonly Series[],
  { xLabel, yLabel, height, isLogLog, yRange }: ChartShape,
  width: number,
  colour: (name: string) => string,
): uPlot.Options {
  const axis = (label: string): uPlot.Axis => ({
    label,
    labelSize: 20,
    labelFont: '12px system-ui, sans-serif',
    font: '12px system-ui, sans-serif',
    stroke: colour('muted'),
    grid: { stroke: colour('grid'), width: 1 },
    ticks: { stroke: colour('grid'), width: 1, size: 5 },
  });
  const figures = (_: uPlot, splits: (number | null)[]) => splits.map((value) => (value === null ? '' : figure(value)));
  const lengths = (_: uPlot, splits: (number | null)[]) => splits.map((value) => (value === null ? '' : short(value)));
  return {
    width,
    height,
    padding: [10, 22, 0, 0],
    cursor: { drag: { x: false, y: false } },
    legend: { live: true },
    scales: {
      x: isLogLog ? { time: false, distr: 3, log: 2 } : { time: false },
      y: isLogLog ? { distr: 3, log: 10 } : yRange ? { range: [...yRange] as [number, number] } : {},
    },
    axes: [
      { ...axis(xLabel), size: 34, ...(isLogLog && { values: lengths }) },
      { ...axis(yLabel), size: 56, values: figures },
    ],
    series: [
      { label: xLabel, value: (_, value) => (value === null ? '' : value.toLocaleString('en-US')) },
      ...series.map(
        ({ label, colour: name, width: stroke = 2, dash, points = false }): uPlot.Series => ({
          label,
          stroke: colour(name),
          width: points === 'only' ? 0 : stroke,
          ...(dash && { dash: [...dash] }),
          points: { show: points !== false, size: 6, fill: colour(name), stroke: colour(name) },
          spanGaps: true,
          value: (_, value) => (value === null || value === undefined ? '–' : figure(value)),
          ...(points === 'only' && { paths: () => null }),
        }),
      ),
    ],
  };
}

/** 131072 -> '128K' */
function short(length: number): string {
  return length >= 1024 ? `${length / 1024}K` : String(length);
}
