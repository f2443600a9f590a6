// What a run says once, before its first step: the engine, the model, the data, the plan. Never a silent fallback.
import { type Io, say } from '../io.ts';
import { wrapped } from './format.ts';

/** Prints `label  value` lines with the values in one column. */
export function facts(io: Io, rows: readonly (readonly [label: string, value: string])[]): void {
  const width = Math.max(...rows.map(([label]) => label.length));
  for (const [label, value] of rows) say(io, `  ${label.padEnd(width)}  ${value}`);
}

/** A title line and its facts; on a terminal, values too long for its line go on below themselves. */
export function banner(io: Io, title: string, rows: readonly (readonly [label: string, value: string])[]): void {
  const indent = Math.max(...rows.map(([label]) => label.length)) + 4;
  const room = io.terminal ? (io.terminal.columns || 80) - indent : Number.POSITIVE_INFINITY;
  say(io, title);
  facts(
    io,
    rows.map(([label, value]) => [label, wrapped(value, room).join(`\n${' '.repeat(indent)}`)]),
  );
  say(io);
}

/** What to do after a run: each purpose with its command on a line of its own, to be copied whole from a narrow terminal. */
export function suggestions(io: Io, rows: readonly (readonly [command: string, purpose: string])[]): void {
  say(io);
  say(io, 'Try next:');
  for (const [command, purpose] of rows) say(io, `  ${purpose}\n    ${command}`);
}
