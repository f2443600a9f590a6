// The plots of a study, as SVG: how good each model is, and what a step of it takes, against the length.
import type { TopLevelSpec } from 'vega-lite';
import type { CellResult } from './run-cell.ts';

interface Point {
  readonly mixer: string;
  readonly length: number | null;
  readonly score: number | null;
  readonly ms: number;
}

const size = { width: 420, height: 280 };

/** @returns name -> SVG: `score` and `time`, lines over lengths, or bars where there is one length alone */
export async function charts(cells: readonly CellResult[]): Promise<Map<string, string>> {
  const trained = cells.flatMap((cell) => ('result' in cell ? [cell] : []));
  const points: Point[] = trained.map(({ mixer, length, result }) => ({
    mixer,
    length,
    score: result.score,
    ms: result.stepMs,
  }));
  const [first] = trained;
  if (!first) return new Map();
  return new Map([
    ['score', await svg(chart(points, 'score', `${first.result.scoreName} of the finished model`, false))],
    ['time', await svg(chart(points, 'ms', 'median time of a training step (ms)', true))],
  ]);
}

function chart(points: readonly Point[], field: 'score' | 'ms', title: string, isLog: boolean): TopLevelSpec {
  const lengths = [...new Set(points.flatMap(({ length }) => (length === null ? [] : [length])))];
  const overLengths = lengths.length > 1;
  // A bar has no length on a logarithmic scale.
  const scale = { type: isLog && overLengths ? 'log' : 'linear' } as const;
  const y = { field, type: 'quantitative', title, scale } as const;
  const color = { field: 'mixer', type: 'nominal', title: 'mixer', sort: null } as const;
  const common = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...size,
    background: 'white',
    data: { values: points.filter((point) => point[field] !== null) },
  } as const;
  if (!overLengths) {
    return {
      ...common,
      mark: 'bar',
      encoding: { x: { field: 'mixer', type: 'nominal', title: 'mixer', sort: null }, y, color },
    };
  }
  return {
    ...common,
    mark: { type: 'line', point: true },
    encoding: {
      x: {
        field: 'length',
        type: 'quantitative',
        title: 'length',
        scale: { type: 'log', base: 2 },
        axis: { values: lengths },
      },
      y: { ...y, aggregate: 'mean' },
      color,
    },
  };
}

async function svg(spec: TopLevelSpec): Promise<string> {
  // Here, and not above: nothing else of the command needs half a second of loading.
  const [{ compile }, { parse, View, Warn }] = await Promise.all([import('vega-lite'), import('vega')]);
  const view = new View(parse(compile(spec).spec), { renderer: 'none', logLevel: Warn });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
