// Trains one cell of a study in a process of its own, within the study's budget; what has been done before is not done again.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { makeFolder } from '@orchid-ml/orchid-models/node';
import { UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import { type ChildEnd, orchidProcess, reasonOf } from '../run/child.ts';
import { RunFolder, type RunResult } from '../run/folder.ts';
import type { Cell } from './cells.ts';

/** How long every model of a study may train: so many steps, or so many minutes of steps at the speed that a probe measured. */
export type Budget = { readonly steps: number } | { readonly minutes: number } | null;

/** A trained cell, or why there is none. */
export type CellResult = Cell & ({ readonly result: RunResult } | { readonly cannot: string });

/** Stopped by the user; what was trained is kept. */
export class Interrupted extends Error {}

/** What a cell's model was asked to be, in its folder: another model under the same name is not taken for it. */
const orderFile = 'cell.json';

/** Options that change how fast a model is trained, and not which. */
const howFast = ['--backend', '--blas', '--workers', '--log-every'];

/** Enough for a median that the first, slow step does not move. */
const probeSteps = 12;

/**
 * @param folder of the study
 * @throws UsageError for options that `orchid train` does not take, and where the folder has this cell trained in another
 *   way; {@link Interrupted}
 */
export async function runCell(cell: Cell, folder: string, budget: Budget, io: Io): Promise<CellResult> {
  const out = join(folder, cell.name);
  const earlier = existsSync(join(out, 'run.json')) ? RunFolder.open(io.cwd, out) : null;
  await claim(out, cell, budget, earlier !== null);
  const before = earlier?.result();
  if (before) return { ...cell, result: before };
  const steps = await stepsOf(cell, folder, budget, io);
  if (steps !== null && typeof steps === 'object') return { ...cell, cannot: steps.cannot };
  // A run that was cut short goes on, where it has come to a checkpoint.
  const goesOn = earlier !== null && existsSync(earlier.checkpoint);
  const argv = goesOn
    ? ['train', cell.argv[1]!, '--resume', out, ...valuesOf(cell.argv, howFast)]
    : [...cell.argv, '--out', out, '--force'];
  const ended = await child([...argv, ...(steps === null ? [] : ['--steps', String(steps)])], io);
  const result = existsSync(join(out, 'run.json')) ? RunFolder.open(io.cwd, out).result() : null;
  // A model below training.require_accuracy has been trained all the same.
  return result ? { ...cell, result } : { ...cell, cannot: reasonOf(ended) };
}

/** Notes down what this cell is to be. @throws UsageError where it has been begun as another */
async function claim(out: string, { argv, name }: Cell, budget: Budget, isBegun: boolean): Promise<void> {
  const isSlowOrFast = (i: number) => howFast.includes(argv[i]!) || howFast.includes(argv[i - 1]!);
  const order = { budget, argv: argv.filter((_, i) => !isSlowOrFast(i)) };
  const file = join(out, orderFile);
  if (!isBegun || !existsSync(file)) {
    await makeFolder(out);
    writeFileSync(file, `${JSON.stringify(order, null, 2)}\n`);
    return;
  }
  const earlier = JSON.parse(readFileSync(file, 'utf8')) as typeof order;
  if (isDeepStrictEqual(earlier, order)) return;
  throw new UsageError(
    `${name} has been begun in this folder as \`${inWords(earlier)}\`, and this is \`${inWords(order)}\`; ` +
      'want the same once more, or another --out',
  );
}

const inWords = ({ argv, budget }: { readonly argv: readonly string[]; readonly budget: Budget }): string =>
  [...argv, ...Object.entries(budget ?? {}).map(([name, value]) => `--${name} ${value}`)].join(' ');

async function stepsOf(
  cell: Cell,
  folder: string,
  budget: Budget,
  io: Io,
): Promise<number | null | { readonly cannot: string }> {
  if (budget === null) return null;
  if ('steps' in budget) return budget.steps;
  const out = join(folder, `${cell.name}.probe`);
  try {
    say(io, `  ${probeSteps} steps, to see how many ${budget.minutes} minutes are`);
    const quiet = ['--set', 'training.require_accuracy=null', '--out', out, '--force', '--steps', String(probeSteps)];
    const ended = await orchidProcess([...cell.argv, ...quiet], {
      env: io.env,
      cwd: io.cwd,
      onInterrupt: io.onInterrupt,
    });
    stopIfAsked(ended);
    const result = existsSync(join(out, 'run.json')) ? RunFolder.open(io.cwd, out).result() : null;
    if (!result) return { cannot: reasonOf(ended) };
    return Math.max(1, Math.round((60_000 * budget.minutes) / result.stepMs));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function child(argv: readonly string[], io: Io): Promise<ChildEnd> {
  const ended = await orchidProcess(argv, {
    env: io.env,
    cwd: io.cwd,
    onTerminal: io.terminal !== null,
    onInterrupt: io.onInterrupt,
    onLine: (line) => say(io, line === '' ? '' : `  ${line}`),
  });
  stopIfAsked(ended);
  return ended;
}

function stopIfAsked(ended: ChildEnd): void {
  if (ended.code === 130 || ended.code === 'SIGINT' || ended.code === 'SIGTERM') throw new Interrupted();
  if (ended.code === 2) throw new UsageError(reasonOf(ended));
}

/** Those options of a command line, with their values. */
function valuesOf(argv: readonly string[], names: readonly string[]): string[] {
  return argv.flatMap((word, i) => (names.includes(word) ? [word, argv[i + 1]!] : []));
}
