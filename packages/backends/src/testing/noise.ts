// Seeded numbers, in Node and in pages.

/** Normal-ish float32 numbers that depend on the seed alone. */
export function noise(count: number, seed: number): Float32Array {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Float32Array.from({ length: count }, () => 2 * (next() + next() + next()) - 3);
}

/** Whole numbers 0..limit-1. */
export function ids(count: number, limit: number, seed: number): Int32Array {
  return Int32Array.from(noise(count, seed), (v) => Math.floor(Math.abs(v * 1000)) % limit);
}
