// Where a batch is cut: the arithmetic that every task's split shares.

/**
 * The bounds of `parts` runs of nearly equal length that cover 0 to count - 1 in order; as many as count when it is smaller.
 *
 * @throws Error unless parts is an integer of at least 1
 */
export function spans(count: number, parts: number): [start: number, end: number][] {
  if (!Number.isInteger(parts) || parts < 1) {
    throw new Error(`split: parts is ${parts}; want an integer of at least 1`);
  }
  const pieces = Math.min(parts, count);
  const cut = (i: number): number => Math.floor((i * count) / pieces);
  return Array.from({ length: pieces }, (_, i) => [cut(i), cut(i + 1)]);
}
