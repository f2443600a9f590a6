// Rows of a GLUE task, from its files or from the hub, as texts and labels.
import type { TextExample } from '../text/example.ts';
import type { GlueTask } from './tasks.ts';
import { parseTsv } from './tsv.ts';

export interface GlueExamples {
  readonly examples: readonly TextExample[];
  /** Lines of the file that were left out because their number of columns was wrong. */
  readonly malformed: readonly number[];
}

export interface GlueReadOptions {
  /**
   * What to do with a line that has another number of columns; QQP as handed out has a few. Default `error`.
   */
  readonly malformed?: 'error' | 'skip';
}

/**
 * The examples of a split's file. Those of a test split, whose labels GLUE keeps to itself, have the label null.
 *
 * @param split one of `task.files.splits`
 * @param name what errors call the file
 * @throws Error naming the line, or the column that is missing, or the label that is none
 */
export function glueFileExamples(
  task: GlueTask,
  split: string,
  text: string,
  name = `${task.folder}/${split}.tsv`,
  options: GlueReadOptions = {},
): GlueExamples {
  checkSplit(task, split);
  const { texts, label, headless } = task.files;
  const columns = headless?.splits.includes(split) ? headless.columns : undefined;
  const table = parseTsv(name, text, { ...options, ...(columns ? { columns } : {}) });
  const place = (column: string) => {
    const at = table.columns.indexOf(column);
    if (at < 0) throw missing(name, column, table.columns);
    return at;
  };
  const textPlaces = texts.map(place);
  const labelPlace = split.startsWith('test') ? null : place(label);
  const examples = table.rows.map(({ line, cells }): TextExample => {
    const [first, second] = textPlaces.map((at) => cells[at]!);
    return {
      text: second === undefined ? first! : [first!, second],
      label: labelPlace === null ? null : readLabel(task, cells[labelPlace], `${name} line ${line}`, label),
    };
  });
  return { examples, malformed: table.malformed };
}

/**
 * The examples of rows of nyu-mll/glue, such as `parquetRows` gives. A label of -1, as test splits have, becomes null.
 *
 * @param name what errors call the rows
 * @throws Error naming the row and the column that is missing or does not fit
 */
export async function glueRowExamples(
  task: GlueTask,
  rows: Iterable<Readonly<Record<string, unknown>>> | AsyncIterable<Readonly<Record<string, unknown>>>,
  name = `GLUE ${task.hub.subset}`,
): Promise<TextExample[]> {
  const { texts, label } = task.hub;
  const examples: TextExample[] = [];
  for await (const row of rows) {
    const where = `${name} row ${examples.length}`;
    const [first, second] = texts.map((column) => {
      if (!(column in row)) throw missing(where, column, Object.keys(row));
      const text = row[column];
      if (typeof text !== 'string') throw new Error(`${where}: ${column} is ${shown(text)}; want a text`);
      return text;
    });
    if (!(label in row)) throw missing(where, label, Object.keys(row));
    const said = row[label];
    const hidden = said === -1 || said === -1n;
    examples.push({
      text: second === undefined ? first! : [first!, second],
      label: hidden ? null : readLabel(task, said, where, label),
    });
  }
  if (examples.length === 0) throw new Error(`${name}: it has no rows`);
  return examples;
}

function checkSplit({ folder, files }: GlueTask, split: string): void {
  if (!Object.hasOwn(files.splits, split))
    throw new Error(`GLUE ${folder}: split is ${JSON.stringify(split)}; want ${Object.keys(files.splits).join(', ')}`);
}

function missing(name: string, column: string, columns: readonly string[]): Error {
  return new Error(`${name}: there is no column ${JSON.stringify(column)}; it has ${columns.join(', ')}`);
}

function shown(value: unknown): string {
  return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
}

/** A label's number: of a name, of a number in text, or as it is. */
function readLabel(task: GlueTask, value: unknown, where: string, column: string): number {
  const number =
    typeof value === 'bigint'
      ? Number(value)
      : typeof value === 'string' && value.trim() !== ''
        ? Number(value)
        : value;
  if (task.labels === null) {
    const [low, high] = task.range!;
    if (typeof number === 'number' && number >= low && number <= high) return number;
    throw new Error(`${where}: ${column} is ${shown(value)}; want a number from ${low} to ${high}`);
  }
  const named = typeof value === 'string' ? task.labels.indexOf(value) : -1;
  if (named >= 0) return named;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number < task.labels.length)
    return number;
  const wanted = task.labels.map((label, id) => `${id} (${label})`).join(', ');
  throw new Error(`${where}: ${column} is ${shown(value)}; want ${wanted}, or one of the names`);
}
