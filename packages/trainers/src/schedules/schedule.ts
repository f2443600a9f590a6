// The learning rate over a run, as a factor on every parameter's own rate.

export interface ScheduleOptions {
  /** What happens after the warm-up: half a cosine, a straight line, or nothing. */
  readonly kind: 'cosine' | 'linear' | 'constant';
  /** Steps over which the factor rises in a straight line to 1. Default 0. */
  readonly warmupSteps?: number;
  /** Steps of the whole run, warm-up included. */
  readonly totalSteps: number;
  /** What `cosine` and `linear` end at, in 0..1. Default 0. */
  readonly finalFraction?: number;
}

export interface Schedule {
  readonly options: Required<ScheduleOptions>;
  /** The factor for a step, counted from 0. */
  factor(step: number): number;
}

/** The course after the warm-up, from 1 at progress 0 to `final` at progress 1. */
export type Course = (progress: number, final: number) => number;
