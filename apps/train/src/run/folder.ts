// The folder of a run: what is in it, how it is made, and that it is never overwritten by accident.
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { makeFolder } from '@orchid-ml/orchid-models/node';
import { reasonOf } from '@orchid-ml/trainers/node';
import type { RunConfig, Task } from '../config/schema.ts';
import { schemas } from '../config/schema.ts';
import { validate } from '../config/validate.ts';
import { Failure, messageOf, UsageError } from '../errors.ts';
import { shellQuote } from '../ui/format.ts';

const runFile = 'run.json';
const resultFile = 'result.json';

/** What a run remembers of how it was started, so that it can go on and be evaluated later. */
export interface RunRecord {
  readonly preset: string;
  readonly config: RunConfig;
  readonly sources: Sources;
}

/** Where a run's data is: files and folders, absolute, by the option that named them. */
export type Sources = Readonly<Partial<Record<'text' | 'evalText' | 'data' | 'tokenizer' | 'from', string>>>;

/** A line of metrics.jsonl: a training step, or an evaluation on held-out data; beside the loss, what the task measures. */
export interface Metric {
  readonly kind: 'step' | 'evaluation';
  readonly step: number;
  readonly loss: number;
  readonly [score: string]: number | string | MemoryInUse | undefined;
  readonly learningRate?: number;
  readonly gradientNorm?: number;
  readonly ms?: number;
  /** at an evaluation: what is in use once it is over */
  readonly memory?: MemoryInUse;
}

/** How a finished run went: result.json. */
export interface RunResult {
  readonly task: Task;
  /** the mixer of the model */
  readonly mixer: string;
  readonly parameters: number;
  /** steps done in all */
  readonly steps: number;
  /** seconds of this process's steps and evaluations */
  readonly seconds: number;
  /** median, in milliseconds */
  readonly stepMs: number;
  readonly tokensPerSecond: number;
  /** the most memory that the process had */
  readonly peakResidentBytes: number;
  /** what `score` is: accuracy, matthews, ... */
  readonly scoreName: string;
  /** of the finished model; null where it could not be measured */
  readonly score: number | null;
  /** of the last evaluation on held-out data */
  readonly evaluation: Readonly<Record<string, number>> | null;
  /** the engine in words */
  readonly engine: string;
}

/** Flat over a run, or something leaks. */
export interface MemoryInUse {
  /** tensors that tfjs knows of, on this thread */
  readonly tensors: number;
  /** the wasm engine's heap, on this thread; null on other engines */
  readonly heapBytes: number | null;
  /** tensors of the webgpu engine, on its device; null on other engines */
  readonly deviceBytes: number | null;
  /** the whole process with all its threads */
  readonly residentBytes: number;
}

/** A failure with the operating system's reason in words. */
function explainDisk(error: unknown, what: string): Failure {
  return new Failure(`${what}: ${reasonOf(error)}`, { cause: error });
}

/** The folder of one run. */
export class RunFolder {
  private constructor(
    /** absolute */
    readonly path: string,
    /** as the user would type it */
    readonly shown: string,
    readonly record: RunRecord,
  ) {}

  /** Where the checkpoints go. */
  get checkpoint(): string {
    return join(this.path, 'checkpoint');
  }

  /** The path as an argument of a command. */
  get argument(): string {
    return shellQuote(this.shown);
  }

  /**
   * Makes the folder of a new run.
   *
   * @param out the user's --out, or undefined for `runs/<task>-<time>`
   * @throws UsageError when a run is there already and `force` is not set; Failure when it cannot be written
   */
  static async create(cwd: string, out: string | undefined, force: boolean, record: RunRecord): Promise<RunFolder> {
    const path = out === undefined ? freshName(cwd, record.config.task) : resolve(cwd, out);
    const shown = shownPath(cwd, path);
    if (existsSync(join(path, runFile)) && !force)
      throw new UsageError(
        `${shown} holds a run already. Go on with it by --resume ${shellQuote(shown)}, start anew over it by --force, or choose another --out.`,
      );
    try {
      await makeFolder(path);
      // The record first: where the disk is full, the earlier run is still whole.
      writeRecord(path, record);
      if (force)
        for (const name of ['checkpoint', 'checkpoint.previous', 'metrics.jsonl', resultFile])
          rmSync(join(path, name), { recursive: true, force: true });
    } catch (error) {
      throw explainDisk(error, `the folder ${shown} cannot be written`);
    }
    return new RunFolder(path, shown, record);
  }

  /**
   * Opens the folder of an earlier run (or its checkpoint folder).
   *
   * @throws UsageError when it holds no run; Failure when its record is damaged
   */
  static open(cwd: string, dir: string): RunFolder {
    let path = resolve(cwd, dir);
    const given = shownPath(cwd, path);
    if (existsSync(path) && !statSync(path).isDirectory())
      throw new UsageError(`${given} is a file; want the folder of a run`);
    if (!existsSync(join(path, runFile)) && existsSync(join(dirname(path), runFile))) path = dirname(path);
    const shown = shownPath(cwd, path);
    if (!existsSync(resolve(cwd, dir)))
      throw new UsageError(`there is no folder ${given}; want the folder of a run, e.g. runs/recall-...`);
    if (!existsSync(join(path, runFile)))
      throw new UsageError(`${shown} holds no run: there is no ${runFile} in it. \`orchid train\` makes such folders.`);
    return new RunFolder(path, shown, readRecord(join(path, runFile), shown));
  }

  /** This folder with another record, written down: a resumed run may have been given other settings. */
  withRecord(record: RunRecord): RunFolder {
    try {
      writeRecord(this.path, record);
    } catch (error) {
      throw explainDisk(error, `the folder ${this.shown} cannot be written`);
    }
    return new RunFolder(this.path, this.shown, record);
  }

  /** The lines of metrics.jsonl. @throws Failure when one is damaged */
  metrics(): Metric[] {
    const file = join(this.path, 'metrics.jsonl');
    if (!existsSync(file)) return [];
    try {
      // A crash or a full disk may have cut the last line: what follows the last line end does not count.
      const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
      return lines.filter(Boolean).map((line) => JSON.parse(line) as Metric);
    } catch (error) {
      throw new Failure(`${join(this.shown, 'metrics.jsonl')} is damaged: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Writes how the run went. */
  finish(result: RunResult): void {
    try {
      replaceFile(join(this.path, resultFile), `${JSON.stringify(result, null, 2)}\n`);
    } catch (error) {
      throw explainDisk(error, `${join(this.shown, resultFile)} cannot be written`);
    }
  }

  /** How the run went, or null when it has not come to its end. @throws Failure when the file is damaged */
  result(): RunResult | null {
    const file = join(this.path, resultFile);
    if (!existsSync(file)) return null;
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as RunResult;
    } catch (error) {
      throw new Failure(`${join(this.shown, resultFile)} is damaged: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Drops what was logged after a step: a resumed run does those steps again. */
  forgetAfter(step: number): void {
    const kept = this.metrics().filter((metric) => metric.step <= step);
    try {
      replaceFile(join(this.path, 'metrics.jsonl'), kept.map((metric) => `${JSON.stringify(metric)}\n`).join(''));
    } catch (error) {
      throw explainDisk(error, `${join(this.shown, 'metrics.jsonl')} cannot be written`);
    }
  }

  /** Appends one line of JSON to metrics.jsonl. */
  log(metrics: Metric): void {
    try {
      appendFileSync(join(this.path, 'metrics.jsonl'), `${JSON.stringify(metrics)}\n`);
    } catch (error) {
      throw explainDisk(error, `${join(this.shown, 'metrics.jsonl')} cannot be written`);
    }
  }
}

/** Replaces a file whole or not at all. */
function replaceFile(file: string, content: string): void {
  try {
    writeFileSync(`${file}.part`, content);
    renameSync(`${file}.part`, file);
  } catch (error) {
    rmSync(`${file}.part`, { force: true });
    throw error;
  }
}

function writeRecord(path: string, record: RunRecord): void {
  replaceFile(join(path, runFile), `${JSON.stringify(record, null, 2)}\n`);
}

function readRecord(file: string, shown: string): RunRecord {
  try {
    const raw = JSON.parse(readFileSync(file, 'utf8')) as RunRecord & EarlierRecord;
    const task = raw.config?.task as Task;
    if (!(task in schemas)) throw new Error(`its task is ${JSON.stringify(task)}`);
    const sources = raw.sources ?? earlierSources(raw);
    return { preset: raw.preset, sources, config: validate(raw.config, task, `${shown}/${runFile}`) };
  } catch (error) {
    throw new Failure(`${shown}/${runFile} is damaged: ${messageOf(error)}`, { cause: error });
  }
}

/** A record of when texts were the only files. */
interface EarlierRecord {
  readonly text?: string | null;
  readonly evalText?: string | null;
}

const earlierSources = ({ text, evalText }: EarlierRecord): Sources => ({
  ...(text && { text }),
  ...(evalText && { evalText }),
});

function shownPath(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}

function freshName(cwd: string, task: Task): string {
  const now = new Date();
  const two = (n: number) => String(n).padStart(2, '0');
  const stamp = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  const base = resolve(cwd, 'runs', `${task}-${stamp}`);
  for (let i = 1; ; i++) {
    const path = i === 1 ? base : `${base}-${i}`;
    if (!existsSync(path)) return path;
  }
}
