// How kernels see a tensor [outer, rows, inner] of signals along its middle axis: as lanes (o, p), each with one complex signal
// or two real ones, that lie beside each other (inner > 1) or one after the other (inner = 1). WGSL, and the numbers it takes.
import type { Layout } from '../kernels/contract.ts';

/** What the WGSL of this file and of the hooks reads. */
export const SIGNAL_PARAMS = {
  n: 'u32',
  rows: 'u32',
  inner: 'u32',
  outer: 'u32',
  pairs: 'u32',
  fold: 'u32',
} as const;

export interface Lanes {
  /** lanes: `outers` · `pairs` */
  readonly outers: number;
  readonly pairs: number;
  readonly params: Readonly<Record<keyof typeof SIGNAL_PARAMS, number>>;
}

/** The lanes of a tensor for transforms of length n; `of` is how many signals a lane has. */
export function lanesOf({ outer, rows, inner }: Layout, n: number, of: 1 | 2): Lanes {
  const fold = of === 2 && inner === 1 ? 2 : 1;
  const outers = Math.ceil(outer / fold);
  const pairs = fold === 2 ? 1 : Math.ceil(inner / of);
  return { outers, pairs, params: { n, rows, inner, outer, pairs, fold } };
}

/**
 * WGSL: `firstOf(t, o, p, rows)`, where element t of a lane's first signal lies in a tensor of so many rows; `secondOf(first,
 * rows)`, the same of its second; `paired(o, p)`, whether it has one.
 */
export const SIGNALS = `
fn firstOf(t: u32, o: u32, p: u32, rows: u32) -> u32 { return (o * params.fold * rows + t) * params.inner + p; }
fn secondOf(first: u32, rows: u32) -> u32 { return first + select(params.pairs, rows, params.fold == 2u); }
fn paired(o: u32, p: u32) -> bool {
  return select(p + params.pairs < params.inner, 2u * o + 1u < params.outer, params.fold == 2u);
}`.trim();
