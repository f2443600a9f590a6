// The reference step by different numbers of workers, in turn, so that all meet the same machine.
import { leadStep, type MemoryOptions } from '@orchid-ml/trainers';
import { makeReferenceReplica, type StepShape } from './reference-task.ts';
import { startWorkers } from './workers.ts';

/** Wasm and JavaScript are compiled again while they run, in each thread and, with all cores busy, in no core to spare. */
const warmUp = 10;

/**
 * Times the step.
 *
 * @param memory what every worker trades for memory
 * @param counts numbers of workers; those of the one that is timed work, the others' wait
 * @returns milliseconds a step for each, in the order they were taken
 */
export async function timeByWorkers(
  shape: StepShape,
  memory: MemoryOptions,
  engine: { readonly backend: string; readonly blas: string },
  counts: readonly number[],
  repeats: number,
): Promise<number[][]> {
  const settings = { factor: 1, clipNorm: 1, ...memory };
  const teams = counts.map((workers) => ({
    leader: makeReferenceReplica(shape),
    replicas: startWorkers(workers, { kind: 'reference step', ...engine, shape }),
    times: [] as number[],
  }));
  try {
    for (const { leader, replicas } of teams) {
      await replicas?.join(leader);
      for (let i = 0; i < warmUp; i++) await leadStep(leader, settings, replicas);
    }
    for (let i = 0; i < repeats; i++) {
      for (const { leader, replicas, times } of teams) {
        // The first step after another team's finds the caches full of theirs.
        await leadStep(leader, settings, replicas);
        const begin = performance.now();
        await leadStep(leader, settings, replicas);
        times.push(performance.now() - begin);
      }
    }
    return teams.map(({ times }) => times);
  } finally {
    for (const { leader, replicas } of teams) {
      await replicas?.close();
      leader.optimizer.dispose();
      leader.model.dispose();
    }
  }
}
