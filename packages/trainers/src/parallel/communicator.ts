// What a training step asks of the workers beside it: that everybody's share be added up, to the same bits everywhere.
import type { Accumulated } from '../gradients.ts';

/** Workers that train one model together. Each computes its own parts of every batch. */
export interface Communicator {
  /** This worker's number, from 0. */
  readonly rank: number;
  /** Workers in all, this one included. */
  readonly size: number;
  /**
   * The sum of what all workers computed, added in the order of their ranks, so that it is bit for bit the same on each.
   * Every worker has to call it.
   *
   * @param local this worker's share; disposed of
   * @returns new tensors, the caller's to dispose of
   * @throws WorkerError when a worker is lost
   */
  allReduce(local: Accumulated): Promise<Accumulated>;
}

/** Which of a batch's parts are this worker's: neighbours, as many as the others' or one more. */
export function ownParts<Part>(parts: readonly Part[], { rank, size }: Communicator): Part[] {
  const border = (of: number) => Math.floor((of * parts.length) / size);
  return parts.slice(border(rank), border(rank + 1));
}
