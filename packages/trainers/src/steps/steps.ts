// How the loop gets its steps made: each read at once, or recorded ahead of the device and read together.
import type { StepResult } from '../step.ts';

/** Steps whose results have become known together. */
export interface KnownSteps {
  /** in their order; nothing comes after one that was not updated */
  readonly results: readonly StepResult[];
  /** when they became known, on `performance.now()`'s clock */
  readonly at: number;
}

export interface Steps {
  /**
   * Makes the next step, or has the device make it.
   *
   * @param factor the schedule's
   * @returns what has become known meanwhile, of this step or of earlier ones
   */
  make(factor: number): Promise<readonly KnownSteps[]>;
  /** Waits for all that has been made and is not known yet. */
  rest(): Promise<readonly KnownSteps[]>;
  dispose(): void;
}
