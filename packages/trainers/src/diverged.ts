// The error of a run whose loss or gradient stopped being a number.

export interface DivergedDetails {
  /** Steps done before the one that failed; the parameters are as they were after it. */
  readonly step: number;
  readonly loss: number;
  readonly gradientNorm: number;
  /** Where the last good checkpoint is, if one was saved. */
  readonly lastCheckpoint: string | undefined;
}

/** Thrown by `train` in place of an update with a loss or gradient that is not finite. */
export class TrainingDivergedError extends Error {
  override readonly name = 'TrainingDivergedError';
  readonly step: number;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly lastCheckpoint: string | undefined;

  constructor({ step, loss, gradientNorm, lastCheckpoint }: DivergedDetails) {
    const what = Number.isFinite(loss) ? `the gradient's norm is ${gradientNorm}` : `the loss is ${loss}`;
    const kept =
      lastCheckpoint === undefined ? 'no checkpoint was saved' : `the last good checkpoint is ${lastCheckpoint}`;
    super(
      `training diverged at step ${step + 1}: ${what}; the parameters were not updated, and ${kept}. ` +
        'Try a lower learning rate, a longer warm-up or gradient clipping.',
    );
    this.step = step;
    this.loss = loss;
    this.gradientNorm = gradientNorm;
    this.lastCheckpoint = lastCheckpoint;
  }
}
