// A panel: a few lane groups of a tensor's channels, moved to and from their work buffers together and transformed there.
import { forward, forwardInner, inverse, inverseInner, outerTwiddles, workBytes } from '../../fft/assembly/transform';
import { binsToCoefficients, coefficientsToBins } from './dct';
import { loadOuter, loadOuterGated, loadPanel, storeOuter, storeOuterGated, storePanel } from './rows';

/** What a panel's work buffers may take together: they spill to the last-level cache, but are read in sequence (BENCHMARKS.md). */
const PANEL_BYTES: usize = 9<<20;
export const PANEL_GROUPS: i32 = 16;
/**
 * Where fewer groups than these fit, none do, and a panel takes whole rows: each row is a page of its own or nearly, and
 * walking through them again for every few groups takes longer than the transforms.
 */
const LEAST_GROUPS: i32 = 4;
/** From here on the outermost level alone leaves the cache: done while rows are moved, it walks through four far regions. */
const LONG: i32 = 1<<16;

/** From one work buffer to the next: a little more than its size, so that points of two do not fall on one cache set. */
// @ts-ignore: decorator
@inline
export function bufferBytes(plan: usize): usize {
  return workBytes(plan) + 192;
}

/** Lane groups of a panel. */
export function panelGroups(plan: usize, width: i32, buffers: i32): i32 {
  const fitting = <i32>(PANEL_BYTES / (bufferBytes(plan) * <usize>buffers));
  return max(1, min(fitting < LEAST_GROUPS ? PANEL_GROUPS : min(fitting, PANEL_GROUPS), width >> 3));
}

/** The groups of the panel that begins at channel c: whole ones, or at the end one that does its neighbour's work again. */
// @ts-ignore: decorator
@inline
export function groupsAt(c: i32, width: i32, most: i32): i32 {
  return max(1, min(most, width - c >> 3));
}

/** Twiddles of the outermost level when it is done while rows are moved, else 0: only whole groups of unpadded rows. */
// @ts-ignore: decorator
@inline
export function outerOf(plan: usize, rows: i32, n: i32, lanes: i32): usize {
  return rows == n && n < LONG && lanes == 8 ? outerTwiddles(plan) : 0;
}

/**
 * A panel's rows into its work buffers, for `transform`; times the rows at `gate` unless that is 0. Inline, here and in
 * `save`, so that each of the moving loops has several callers and is compiled by itself: together they run out of registers.
 */
// @ts-ignore: decorator
@inline
export function load(
  outer: usize, work: usize, stride: usize, groups: i32, isDct: bool, from: usize, rowBytes: usize, rows: i32, n: i32,
  lanes: i32, gate: usize,
): void {
  if (outer == 0) loadPanel(work, stride, groups, isDct, from, rowBytes, rows, n, lanes, gate);
  else if (gate == 0) loadOuter(work, stride, groups, isDct, from, rowBytes, n, outer);
  else loadOuterGated(work, stride, groups, isDct, from, rowBytes, n, outer, gate);
}

/** The reverse, after `restore`; gates as in storePanel. */
// @ts-ignore: decorator
@inline
export function save(
  outer: usize, work: usize, stride: usize, groups: i32, isDct: bool, to: usize, rowBytes: usize, rows: i32, n: i32,
  lanes: i32, scale: f32, gate: usize, second: usize, secondGate: usize,
): void {
  if (outer == 0) storePanel(work, stride, groups, isDct, to, rowBytes, rows, n, lanes, scale, gate, second, secondGate);
  else if (gate == 0) storeOuter(work, stride, groups, isDct, to, rowBytes, n, outer, scale);
  else storeOuterGated(work, stride, groups, isDct, to, rowBytes, n, outer, scale, gate, second, secondGate);
}

/** A group's rows to their spectrum. */
export function transform(plan: usize, outer: usize, isDct: bool, n: i32, work: usize): void {
  if (outer != 0) forwardInner(plan, work);
  else forward(plan, work);
  if (isDct) binsToCoefficients(plan, n, work);
}

/** The way back, unscaled for dft. */
export function restore(plan: usize, outer: usize, isDct: bool, n: i32, work: usize): void {
  if (isDct) coefficientsToBins(plan, n, work);
  if (outer != 0) inverseInner(plan, work);
  else inverse(plan, work);
}
