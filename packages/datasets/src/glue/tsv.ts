// The .tsv files of GLUE: columns apart by tabs, and nothing else. Quotation marks are part of the text and need not match, so
// that a reader of CSV swallows lines without a word.

export interface TsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly TsvRow[];
  /** Lines that had too few or too many columns. */
  readonly malformed: readonly number[];
}

export interface TsvRow {
  /** From 1 on, in the file. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * @param name what errors call the text
 * @param columns of a file that has no header
 * @param malformed whether a line with another number of columns is an error, or left out and listed
 * @throws Error naming the line, when there is no row, or a column twice
 */
export function parseTsv(
  name: string,
  text: string,
  {
    columns,
    malformed = 'error',
  }: { readonly columns?: readonly string[]; readonly malformed?: 'error' | 'skip' } = {},
): TsvTable {
  // Only line feeds end a line: texts have other separators of Unicode in them.
  const lines = text.replace(/^\ufeff/, '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const cellsOf = (line: string) => line.replace(/\r$/, '').split('\t');
  const names = columns ?? cellsOf(lines[0] ?? '').map((column) => column.trim());
  const first = columns ? 0 : 1;
  const twice = names.find((column, i) => names.indexOf(column) !== i);
  if (twice !== undefined) throw new Error(`${name}: it has the column ${JSON.stringify(twice)} twice`);
  const rows: TsvRow[] = [];
  const bad: number[] = [];
  for (let i = first; i < lines.length; i++) {
    const cells = cellsOf(lines[i]!);
    if (cells.length === names.length) rows.push({ line: i + 1, cells });
    else if (malformed === 'skip') bad.push(i + 1);
    else {
      const want = `${names.length} (${names.join(', ')})`;
      throw new Error(`${name} line ${i + 1} has ${cells.length} columns; want ${want}, apart by tabs`);
    }
  }
  if (rows.length === 0) throw new Error(`${name}: it has no rows`);
  return { columns: names, rows, malformed: bad };
}
