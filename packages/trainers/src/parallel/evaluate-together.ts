// An evaluation by the thread that leads: alone, or shared with its replicas.
import type { Module } from '@orchid-ml/dd-conv';
import { scoresOf } from '../tasks/tally.ts';
import type { Scores, Task } from '../tasks/task.ts';
import type { Replicas } from './replicas.ts';

/**
 * The scores that {@link Task.evaluate} gives, to rounding; each worker scores its share of the batches.
 *
 * @throws WorkerError when a worker is lost, the signal's reason once it is aborted, and whatever the task throws
 */
export async function evaluateTogether<M extends Module, B>(
  { model, task }: { readonly model: M; readonly task: Task<M, B> },
  replicas: Replicas | undefined,
  signal: AbortSignal | undefined,
  pieces: number | undefined,
): Promise<Scores> {
  if (!replicas || !task.tally) return task.evaluate(model, signal, pieces);
  const { rank, size } = replicas;
  return scoresOf(await replicas.tally(pieces, () => task.tally!(model, { rank, size }, signal, pieces)));
}
