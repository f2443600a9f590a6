// The arithmetic of the optimiser's kernels on flat arrays, in float64: their reference, and what the cpu engine runs.

/** The numbers of one AdamW update, the corrections for the first steps worked in. */
export interface AdamWNumbers {
  /** how much of the first moment stays */
  readonly beta1: number;
  /** what the gradient is multiplied by on its way into the first moment */
  readonly gain1: number;
  readonly beta2: number;
  /** what the gradient's square is multiplied by on its way into the second moment */
  readonly gain2: number;
  /** what the parameters are multiplied by: 1 less the decay */
  readonly keep: number;
  readonly rate: number;
  readonly epsilon: number;
}

/**
 * In place, for each value p with gradient g and moments m, v:
 *
 *     m ← beta1·m + gain1·g        v ← beta2·v + gain2·g²        p ← keep·p - rate·m/(√v + epsilon)
 */
export function adamw(
  p: Float32Array | Float64Array,
  g: ArrayLike<number>,
  m: Float32Array | Float64Array,
  v: Float32Array | Float64Array,
  { beta1, gain1, beta2, gain2, keep, rate, epsilon }: AdamWNumbers,
): void {
  for (let i = 0; i < p.length; i++) {
    const first = beta1 * m[i]! + gain1 * g[i]!;
    const second = beta2 * v[i]! + gain2 * g[i]! ** 2;
    m[i] = first;
    v[i] = second;
    p[i] = keep * p[i]! - (rate * first) / (Math.sqrt(second) + epsilon);
  }
}

/** Σ x² */
export function sumOfSquares(x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! ** 2;
  return sum;
}
