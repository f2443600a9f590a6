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

/**
 * The number of workers, this thread included. `auto` takes every core, as far as there are sequences for them, unless the
 * run is a matter of seconds.
 *
 * @param work what is to be done: sequences and tokens of a step, steps, and the model's parameters
 * @throws UsageError when there are fewer sequences in a step than workers
 */
export function workersFor(
  asked: Workers,
  work: { readonly sequences: number; readonly tokens: number; readonly steps: number; readonly parameters: number },
): number {
  if (asked !== 'auto') {
    if (asked > work.sequences) {
      throw new UsageError(
        `--workers ${asked}: a step has ${work.sequences} sequences (training.batch_size); want at most as many workers`,
      );
    }
    return asked;
  }
  // Two operations forward and four backward, a parameter and token.
  const step = 6 * work.parameters * work.tokens;
  const isLong = step >= shortestStep && step * work.steps >= shortestRun;
  return isLong ? Math.min(availableParallelism(), work.sequences) : 1;
}

/** Starts the threads beside this one, if there are to be any; close them in a `finally`. */
export function startWorkers(workers: number, recipe: Recipe): Replicas | undefined {
  return workers > 1 ? startReplicas({ workers, entry, config: recipe }) : undefined;
}
