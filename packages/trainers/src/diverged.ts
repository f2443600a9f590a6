// The error of a run whose loss, gradient or parameters stopped being numbers.

export interface DivergedDetails {
  /** The step at which it was noticed, counted from 1. */
  readonly step: number;
  /** What is not finite, and what was not done therefore. */
  readonly what: string;
  /** Where the last good checkpoint is, if one was saved. */
  readonly lastCheckpoint: string | undefined;
}

/** Thrown by `train` in place of an update with a loss or gradient, or a checkpoint of parameters, that is not finite. */
export class TrainingDivergedError extends Error {
  override readonly name = 'TrainingDivergedError';
  readonly step: number;
  readonly lastCheckpoint: string | undefined;

  constructor({ step, what, lastCheckpoint }: DivergedDetails) {
    const kept =
      lastCheckpoint === undefined ? 'no checkpoint was saved' : `the last good checkpoint is ${lastCheckpoint}`;
    super(
      `training diverged at step ${step}: ${what}; ${kept}. ` +
        'Try a lower learning rate, a longer warm-up or gradient clipping.',
    );
    this.step = step;
    this.lastCheckpoint = lastCheckpoint;
  }
}
