// What a study leaves behind: results.json, a table in Markdown, plots, and a page with both.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as format from '../ui/format.ts';
import { charts } from './chart.ts';
import type { Budget, CellResult } from './run-cell.ts';

/** What was compared, in words and values. */
export interface StudyAbout {
  readonly task: string;
  readonly budget: Budget;
  /** the command that made it */
  readonly command: string;
}

const inWords = (budget: Budget): string =>
  budget === null
    ? "the preset's steps"
    : 'steps' in budget
      ? `${format.count(budget.steps)} steps each`
      : `${budget.minutes} minutes of steps each`;

/** The table's rows, the header first. */
export function rowsOf(cells: readonly CellResult[]): string[][] {
  const name = cells.flatMap((cell) => ('result' in cell ? [cell.result.scoreName] : []))[0] ?? 'score';
  const header = [
    'mixer',
    'length',
    'seed',
    'parameters',
    'steps',
    name,
    'loss',
    'ms a step',
    'tokens/s',
    'peak memory',
  ];
  return [
    header,
    ...cells.map((cell) => {
      const about = [cell.mixer, cell.length === null ? '' : format.count(cell.length), String(cell.seed)];
      if (!('result' in cell)) return [...about, `not trained: ${cell.cannot}`, '', '', '', '', '', ''];
      const { result: r } = cell;
      const loss = r.evaluation?.loss;
      return [
        ...about,
        format.count(r.parameters),
        format.count(r.steps),
        r.score === null ? 'not measured' : format.score(r.scoreName, r.score),
        loss === undefined ? '' : format.loss(loss),
        r.stepMs.toFixed(1),
        format.count(r.tokensPerSecond),
        format.bytes(r.peakResidentBytes),
      ];
    }),
  ];
}

const markdown = ([header, ...rows]: readonly string[][]): string =>
  [header!, header!.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Writes the report into the study's folder. @returns the names of the files */
export async function writeReport(folder: string, about: StudyAbout, cells: readonly CellResult[]): Promise<string[]> {
  const engines = [...new Set(cells.flatMap((cell) => ('result' in cell ? [cell.result.engine] : [])))];
  const rows = rowsOf(cells);
  const plots = await charts(cells);
  const title = `${about.task}: ${inWords(about.budget)}`;
  const text = [
    `# ${title}`,
    `    ${about.command}`,
    ...engines.map((engine) => `On ${engine}.`),
    markdown(rows),
    ...[...plots.keys()].map((name) => `![${name} against length](${name}.svg)`),
  ].join('\n\n');
  const cellsOf = (row: readonly string[], tag: string) =>
    row.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('');
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color-scheme: light; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #ccc; padding: 0.3rem 0.7rem; text-align: right; }
th:first-child, td:first-child { text-align: left; }
pre { white-space: pre-wrap; }
svg { display: block; height: auto; max-width: 100%; }
</style>
<h1>${escaped(title)}</h1>
<pre>${escaped(about.command)}</pre>
${engines.map((engine) => `<p>On ${escaped(engine)}.</p>`).join('\n')}
<table>
<tr>${cellsOf(rows[0]!, 'th')}</tr>
${rows
  .slice(1)
  .map((row) => `<tr>${cellsOf(row, 'td')}</tr>`)
  .join('\n')}
</table>
${[...plots.values()].join('\n')}
</html>
`;
  const files = new Map([
    ['results.json', `${JSON.stringify({ ...about, cells }, null, 2)}\n`],
    ['results.md', `${text}\n`],
    ['index.html', page],
    ...[...plots].map(([name, plot]) => [`${name}.svg`, plot] as const),
  ]);
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  return [...files.keys()];
}
