// How a transform too long for workgroup memory is split into two that fit: n = n1 · n2, and four steps in two passes. Columns
// of length n1 are transformed first, turned by w^(k1 · j2), then rows of length n2.
import { stagesOf } from './butterflies.ts';
import {
  invocationsFor,
  lanesFor,
  type SharedTransform,
  sharedTransform,
  type WorkgroupLimits,
} from './shared-transform.ts';
import { joined, twiddles } from './tables.ts';

export interface LongPlan {
  readonly n: number;
  /** length n1, each for a few neighbouring j2 */
  readonly columns: SharedTransform;
  /** length n2, each for a few k1: an even number of lanes, since bins k and n - k lie in different rows */
  readonly rows: SharedTransform;
  /** {@link stepsOf} n */
  readonly steps: { readonly key: string; make(): Float32Array<ArrayBuffer> };
}

const FINE = 1024;

/** WGSL: `step(e)` is e^(-2πi e/n), e < n, from a table of n / 1024 and one of 1024 values. */
export const STEPS = `
fn step(e: u32) -> vec2f { return times(steps[e % ${FINE}u], steps[${FINE}u + e / ${FINE}u]); }`.trim();

/** The table that {@link STEPS} reads, for the program's buffer `steps: array<vec2f>`. */
export function stepsOf(n: number): LongPlan['steps'] {
  // e^(-2πi j·FINE/n): the first of n/FINE steps round the circle, whole or not
  const make = () => joined(twiddles(n, FINE), twiddles(n / FINE, Math.ceil(n / FINE)));
  return { key: `fft: steps ${n}`, make };
}

/** The plan of length n, a product of 2, 3 and 5; null when no two factors fit. */
export function longPlan(n: number, limits: WorkgroupLimits): LongPlan | null {
  const factors = factorsOf(n, limits);
  if (!factors) return null;
  const [n1, n2] = factors;
  const [columnLanes, rowLanes] = [lanesFor(n1, MANY, limits), lanesFor(n2, MANY, limits)];
  return {
    n,
    columns: sharedTransform(n1, columnLanes, invocationsFor(n1, columnLanes, limits)),
    rows: sharedTransform(n2, rowLanes, invocationsFor(n2, rowLanes, limits)),
    steps: stepsOf(n),
  };
}

/** The longest power of two that has a plan. */
export function longestPlan(limits: WorkgroupLimits): number {
  let n = 1;
  while (longPlan(2 * n, limits) || lanesFor(2 * n, MANY, limits) > 0) n *= 2;
  return n;
}

/** Columns and rows are many, whatever the batch. */
const MANY = 1;

/** The two factors that lie closest together, of which the second leaves room for two lanes. */
function factorsOf(n: number, limits: WorkgroupLimits): [number, number] | null {
  if (!stagesOf(n)) return null;
  // Beyond this not even one column fits, and a length that has no plan would be searched to its end.
  const most = Math.min(n - 1, limits.maxComputeWorkgroupStorageSize / 8);
  for (let n1 = Math.ceil(Math.sqrt(n)); n1 <= most; n1++) {
    if (n % n1 !== 0) continue;
    if (lanesFor(n1, MANY, limits) >= 1 && lanesFor(n / n1, MANY, limits) >= 2) return [n1, n / n1];
  }
  return null;
}

/**
 * The length of the transforms in which Bluestein's algorithm does length n: the shortest of 2^k, 9·2^k, 5·2^k, 3·2^k and 15·2^k
 * that is long enough, so that few programs serve all lengths.
 */
export function chirpPoints(n: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (const odd of [1, 3, 5, 9, 15]) best = Math.min(best, odd * 2 ** Math.ceil(Math.log2((2 * n - 1) / odd)));
  return best;
}
