// `orchid parity FILE...`: this implementation against reference numbers computed elsewhere, a row for each group of tensors.
import { basename, resolve } from 'node:path';
import { type ParityRow, parity } from '@orchid-ml/orchid-models';
import { readSafetensors } from '@orchid-ml/orchid-models/node';
import pc from 'picocolors';
import { Failure, failing } from '../errors.ts';
import { type Io, say } from '../io.ts';
import { startEngine } from '../run/engine.ts';
import { table } from '../ui/format.ts';

interface Options {
  readonly backend: string;
  readonly blas: string;
  readonly json?: boolean;
}

/** The tensors of one kind and bound in one file. */
interface Group {
  readonly file: string;
  readonly group: string;
  readonly tensors: number;
  /** the tensor with the worst error relative to its bound */
  readonly worst: string;
  readonly error: number;
  readonly bound: number;
  readonly ok: boolean;
}

function groupsOf(file: string, rows: readonly ParityRow[]): Group[] {
  const byName = new Map<string, ParityRow[]>();
  for (const row of rows) byName.set(row.group, [...(byName.get(row.group) ?? []), row]);
  return [...byName].map(([group, members]) => {
    // A NaN is the worst of all, and compares as nothing.
    const badness = (row: ParityRow) =>
      Number.isNaN(row.maxError) ? Number.POSITIVE_INFINITY : row.maxError / row.bound;
    const worst = members.reduce((a, b) => (badness(b) > badness(a) ? b : a));
    return {
      file,
      group,
      tensors: members.length,
      worst: worst.name,
      error: worst.maxError,
      bound: worst.bound,
      ok: members.every((row) => row.ok),
    };
  });
}

export async function run(files: readonly string[], options: Options, io: Io): Promise<number> {
  const engine = await startEngine(options.backend, options.blas);
  if (!options.json) say(io, `engine: ${engine}\n`);
  const groups: Group[] = [];
  const unusable: string[] = [];
  for (const file of files) {
    try {
      const rows = await failing(async () => parity(await readSafetensors(resolve(io.cwd, file))));
      if (rows.length === 0) throw new Failure('there is nothing to compare in it');
      groups.push(...groupsOf(basename(file), rows));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      unusable.push(error.message.includes(file) ? error.message : `${file}: ${error.message}`);
    }
  }
  if (options.json) for (const group of groups) say(io, JSON.stringify({ backend: engine.name, ...group }));
  else if (groups.length > 0) {
    const header = ['file', 'group', 'tensors', 'worst error', 'bound', '', 'worst tensor'];
    const rows = groups.map((g) => [
      g.file,
      g.group,
      String(g.tensors),
      g.error.toExponential(2),
      g.bound.toExponential(0),
      g.ok ? 'ok' : 'FAILS',
      g.worst,
    ]);
    const [head, ...lines] = table([header, ...rows], [2, 3, 4]);
    say(io, pc.bold(head!));
    for (const [i, line] of lines.entries()) say(io, groups[i]!.ok ? line : pc.red(line));
    const failed = groups.filter((group) => !group.ok).length;
    const total = groups.reduce((sum, group) => sum + group.tensors, 0);
    say(io);
    say(
      io,
      failed === 0
        ? pc.green(`All ${total} tensors of ${files.length - unusable.length} files are within their bounds.`)
        : pc.red(`${failed} of ${groups.length} groups are beyond their bounds.`),
    );
  }
  if (unusable.length > 0) throw new Failure(unusable.join('\n'));
  return groups.every((group) => group.ok) ? 0 : 1;
}
