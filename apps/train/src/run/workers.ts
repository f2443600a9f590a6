// How many threads a run takes, and starting them.
import { availableParallelism } from 'node:os';
import type { Replicas } from '@orchid-ml/trainers';
import { startReplicas } from '@orchid-ml/trainers/node';
import { UsageError } from '../errors.ts';
import type { Recipe } from './recipe.ts';

/** What `--workers` may say. */
export type Workers = number | 'auto';

/** Seen from src/run as from dist/run. */
const entry = new URL('../../bin/worker.mjs', import.meta.url);

/** Below so much work, in floating-point operations, threads cost more time than they save: they take a second to start ... */
const shortestRun = 1e11;
/** ... and some tenths of a millisecond a step to agree. */
const shortestStep = 1e8;

/** What is to be done, and by what. */
export interface Work {
  /** of a step */
  readonly sequences: number;
  /** of a step */
  readonly tokens: number;
  readonly steps: number;
  /** the model's */
  readonly parameters: number;
  /** the engine's name */
  readonly engine: string;
}

/**
 * The number of workers, this thread included. `auto` takes every core, as far as there are sequences for them, unless the
 * run is a matter of seconds. A GPU is one worker, however many cores there are to feed it.
 *
 * @throws UsageError when there are fewer sequences in a step than workers, or several for one GPU
 */
export function workersFor(asked: Workers, work: Work): number {
  if (asked !== 'auto') {
    refuseSeveral(asked, work.engine);
    if (asked > work.sequences) {
      throw new UsageError(
        `--workers ${asked}: a step has ${work.sequences} sequences (training.batch_size); want at most as many workers`,
      );
    }
    return asked;
  }
  if (work.engine === 'webgpu') return 1;
  // Two operations forward and four backward, a parameter and token.
  const step = 6 * work.parameters * work.tokens;
  const isLong = step >= shortestStep && step * work.steps >= shortestRun;
  return isLong ? Math.min(availableParallelism(), work.sequences) : 1;
}

/** @throws UsageError for several workers on a GPU */
export function refuseSeveral(workers: number, engine: string): void {
  if (engine !== 'webgpu' || workers === 1) return;
  throw new UsageError(
    `--workers ${workers}: the engine is webgpu, and one device is one worker; leave --workers out, or take --backend wasm`,
  );
}

/** Starts the threads beside this one, if there are to be any; close them in a `finally`. */
export function startWorkers(workers: number, recipe: Recipe): Replicas | undefined {
  return workers > 1 ? startReplicas({ workers, entry, config: recipe }) : undefined;
}
