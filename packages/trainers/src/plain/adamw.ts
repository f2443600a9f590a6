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

/** What the kernel is told. */
export interface AdamWAttrs extends AdamWNumbers {
  /** with a gate only: the gradients' norm is scaled to at most this; null or left out: no clipping */
  readonly clipNorm?: number | null;
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

/**
 * What gradients of this norm are multiplied by, so that their norm is at most `maxNorm`.
 *
 * @param maxNorm null: never clip
 */
export function clipScale(norm: number, maxNorm: number | null): number {
  // The same small number in the denominator as torch has, so that runs compare.
  return maxNorm === null ? 1 : Math.min(1, maxNorm / (norm + 1e-6));
}

/**
 * The numbers of an update that a gate decides on.
 *
 * @param gate its last value is the sum of squares of all gradients
 * @param clipNorm the gradients' norm is scaled to at most this; null: never
 * @returns null, for no update at all, where the gate's first or last value is not finite
 */
export function gated(numbers: AdamWNumbers, gate: ArrayLike<number>, clipNorm: number | null): AdamWNumbers | null {
  const squares = gate[gate.length - 1]!;
  if (!Number.isFinite(gate[0]) || !Number.isFinite(squares)) return null;
  const scale = clipScale(Math.sqrt(squares), clipNorm);
  return { ...numbers, gain1: numbers.gain1 * scale, gain2: numbers.gain2 * scale ** 2 };
}

/** Σ x² */
export function sumOfSquares(x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! ** 2;
  return sum;
}
