// The error of a run that lost one of its workers.

/** Thrown by `train` when a worker cannot start, fails or is gone. All workers have been told to end by then. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
  /** The worker's, from 1: rank 0 is the thread that called `train`. */
  readonly rank: number;

  /** @param what what happened to it, as a clause: 'ended with exit code 1' */
  constructor(rank: number, size: number, what: string, options?: { readonly cause?: unknown }) {
    super(`worker of rank ${rank} (ranks 0 to ${size - 1}) ${what}`, options);
    this.rank = rank;
  }
}
