// Random numbers of other shapes than uniform, from the package's generator.
import type { Rng } from './rng.ts';

/** Uniform in [low, high). */
export function between(rng: Rng, low: number, high: number): number {
  return low + (high - low) * rng.uniform();
}

/** Standard normal (Box and Muller), two uniform numbers each. */
export function normal(rng: Rng): number {
  const radius = Math.sqrt(-2 * Math.log(1 - rng.uniform()));
  return radius * Math.cos(2 * Math.PI * rng.uniform());
}

/** Gamma with that shape and scale 1 (Marsaglia and Tsang 2000). @throws Error unless shape is above 0 */
export function gamma(rng: Rng, shape: number): number {
  if (!(shape > 0)) throw new Error(`gamma: shape is ${shape}; want a number above 0`);
  if (shape < 1) return gamma(rng, shape + 1) * (1 - rng.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(rng);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - rng.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Beta(a, b), in [0, 1]. @throws Error unless both are above 0 */
export function beta(rng: Rng, a: number, b: number): number {
  const x = gamma(rng, a);
  const sum = x + gamma(rng, b);
  // Both underflow at tiny shapes, where the distribution is nearly a coin.
  return sum > 0 ? x / sum : Number(rng.uniform() < a / (a + b));
}

/** int32, 0 to count - 1 in a random order (Fisher and Yates). */
export function shuffled(count: number, rng: Rng): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
