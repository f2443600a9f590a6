// What the packages' benchmarks share: medians, Markdown tables, and writing a table between the markers of a BENCHMARKS.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** The middle of some numbers. */
export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** The machine and engine that figures were taken on, in words. */
export const machine = () => `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}`;

/** A Markdown table; every column but the first is aligned to the right. */
export function markdownTable(titles, rows) {
  const all = [titles, ...rows].map((cells) => cells.map(String));
  const widths = titles.map((_, i) => Math.max(3, ...all.map((cells) => cells[i].length)));
  const pad = (cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
  const line = (cells) => `| ${cells.map(pad).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(all[0]), rule, ...all.slice(1).map(line)].join('\n');
}

/**
 * Replaces what stands between `<!-- measured -->`, or `<!-- measured: section -->`, and the next `<!-- end -->`.
 *
 * @throws Error when the file has no such markers
 */
export function writeMeasured(file, text, section) {
  const old = readFileSync(file, 'utf8');
  const [begin, end] = [section ? `<!-- measured: ${section} -->` : '<!-- measured -->', '<!-- end -->'];
  const from = old.indexOf(begin);
  const to = old.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${file} has no ${begin} … ${end}`);
  writeFileSync(file, `${old.slice(0, from)}${begin}\n\n${text}\n\n${old.slice(to)}`);
}
