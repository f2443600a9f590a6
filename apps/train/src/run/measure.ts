// How a benchmark's result is printed, and the options that every benchmark has.
import { type Io, say } from '../io.ts';

/** Options that every benchmark has. */
export interface BenchOptions {
  readonly backend: string;
  readonly blas: string;
  readonly repeats: number;
  readonly json?: boolean;
}

/** Prints one result: a JSON line with --json, else the same facts as words. */
export function report(io: Io, json: boolean | undefined, result: Readonly<Record<string, unknown>>): void {
  if (json) say(io, JSON.stringify(result));
  else
    say(
      io,
      Object.entries(result)
        .map(
          ([key, value]) =>
            `${key} ${typeof value === 'number' ? value.toLocaleString('en-US', { maximumFractionDigits: 4 }) : value}`,
        )
        .join('  '),
    );
}
