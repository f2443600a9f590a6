// `orchid study <task>`: several models under one budget, side by side, in a table and plots.
import { join, relative, resolve } from 'node:path';
import { makeFolder } from '@orchid-ml/orchid-models/node';
import type { Task } from '../config/schema.ts';
import { Failure, UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import { cellsOf } from '../study/cells.ts';
import { rowsOf, writeReport } from '../study/report.ts';
import { type Budget, type CellResult, Interrupted, runCell } from '../study/run-cell.ts';
import * as format from '../ui/format.ts';

interface Options {
  readonly mixer: readonly string[];
  readonly length?: readonly number[];
  readonly seeds: readonly number[];
  readonly steps?: number;
  readonly minutes?: number;
  readonly out?: string;
  readonly preset?: string;
  readonly set?: readonly string[];
  readonly text?: string;
  readonly evalText?: string;
  readonly data?: string;
  readonly tokenizer?: string;
  readonly from?: string;
  readonly backend: string;
  readonly blas: string;
  readonly workers: number | 'auto';
  readonly logEvery: number;
}

function budgetOf({ steps, minutes }: Options): Budget {
  if (steps !== undefined && minutes !== undefined)
    throw new UsageError('--steps and --minutes exclude each other: want one budget');
  return steps !== undefined ? { steps } : minutes !== undefined ? { minutes } : null;
}

/** The command of a task. */
export function studyCommand(task: Task) {
  return async (_args: readonly string[], options: Options, io: Io): Promise<number> => {
    const budget = budgetOf(options);
    const given = (name: string, value: unknown) => (value === undefined ? [] : [name, String(value)]);
    const set = options.set ?? [];
    const cells = cellsOf({
      task,
      mixers: options.mixer,
      lengths: options.length ?? [null],
      seeds: options.seeds,
      set: set.map((one) => one.slice(0, one.indexOf('=')).trim()),
      shared: [
        ...given('--preset', options.preset),
        ...given('--text', options.text),
        ...given('--eval-text', options.evalText),
        ...given('--data', options.data),
        ...given('--tokenizer', options.tokenizer),
        ...given('--from', options.from),
        ...['--backend', options.backend, '--blas', options.blas, '--workers', String(options.workers)],
        ...['--log-every', String(options.logEvery)],
        ...set.flatMap((one) => ['--set', one]),
      ],
    });
    const folder = resolve(io.cwd, options.out ?? join('studies', task));
    const shown = relative(io.cwd, folder) || '.';
    try {
      await makeFolder(folder);
    } catch (error) {
      throw new Failure(`the folder ${shown} cannot be written: ${(error as Error).message}`, { cause: error });
    }
    const command = ['orchid', 'study', task, ...argumentsOf(options)].join(' ');
    const done: CellResult[] = [];
    // The run itself is told too, and saves and ends; where it was not or was done, nothing more is begun.
    let isStopping = false;
    const ignore = io.onInterrupt(() => {
      isStopping = true;
    });
    try {
      for (const [i, cell] of cells.entries()) {
        if (isStopping) throw new Interrupted();
        const length = cell.length === null ? '' : `, length ${format.count(cell.length)}`;
        say(io, `[${i + 1}/${cells.length}] ${cell.mixer}${length}`);
        const result = await runCell(cell, folder, budget, io);
        say(io, 'cannot' in result ? `  not trained: ${result.cannot}\n` : `  ${inShort(result)}\n`);
        done.push(result);
        await writeReport(folder, { task, budget, command }, done);
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      say(
        io,
        `Stopped after ${done.length} of ${cells.length} models. The same command goes on; it keeps what is done.`,
      );
      return 130;
    } finally {
      ignore();
    }
    for (const line of format.table(rowsOf(done), [2, 3, 4, 5, 6, 7, 8, 9])) say(io, line);
    say(io, `\n${shown}: results.md, results.json, index.html and the plots score.svg and time.svg`);
    return done.some((cell) => 'result' in cell) ? 0 : 1;
  };
}

function inShort({ result }: Extract<CellResult, { result: unknown }>): string {
  const score = result.score === null ? '' : `${result.scoreName} ${format.score(result.scoreName, result.score)}, `;
  return `${score}${format.count(result.steps)} steps of ${result.stepMs.toFixed(1)} ms`;
}

/** The options as they are typed, for the record. */
function argumentsOf(options: Options): string[] {
  const { mixer, length, seeds, steps, minutes, preset, set = [], text, evalText, backend } = options;
  const typed: [string, unknown][] = [
    ['--mixer', mixer.join(',')],
    ['--length', length?.join(',')],
    ['--seeds', seeds.join(',')],
    ['--steps', steps],
    ['--minutes', minutes],
    ['--preset', preset],
    ['--text', text],
    ['--eval-text', evalText],
    ['--data', options.data],
    ['--tokenizer', options.tokenizer],
    ['--from', options.from],
    ...set.map((one): [string, unknown] => ['--set', one]),
    ['--backend', backend],
  ];
  return typed.flatMap(([name, value]) => (value === undefined ? [] : [name, format.shellQuote(String(value))]));
}
