// A check as a plain function, for an engine that runs in more than one place: the same cases run in Node under vitest and in a
// page of a real browser. Nothing of Node or vitest in here.

/** A computation and what it should give. */
export interface Case {
  readonly name: string;
  /**
   * Runs on the current engine, and leaves no tensors.
   *
   * @throws Error saying what is wrong, where that is not a matter of numbers
   */
  run(): Promise<readonly Comparison[]>;
}

export interface Comparison {
  /** 'y', 'gradient of x' */
  readonly what: string;
  readonly output: ArrayLike<number>;
  /** in float64 */
  readonly want: ArrayLike<number>;
  /** largest difference, relative to the largest magnitude of `want` */
  readonly tolerance: number;
}

/** What differs too much, a line each; none: the case holds. */
export function complaints(comparisons: readonly Comparison[]): string[] {
  return comparisons.flatMap(({ what, output, want, tolerance }) => {
    if (output.length !== want.length) return [`${what} has ${output.length} values, wanted ${want.length}`];
    let largest = 1e-3;
    for (let i = 0; i < want.length; i++) largest = Math.max(largest, Math.abs(want[i]!));
    for (let i = 0; i < want.length; i++) {
      if (!(Math.abs(output[i]! - want[i]!) <= tolerance * largest)) {
        return [`${what}[${i}] is ${output[i]}, wanted ${want[i]} (within ${tolerance} of ${largest})`];
      }
    }
    return [];
  });
}
