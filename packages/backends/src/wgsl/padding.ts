// Which row feeds a position of a padded sequence, and which positions a row feeds, in WGSL: paddedRows without its table.
import type { ConvPadding, PaddingMode } from '../plain/padded-rows.ts';

/** Positions before the first row. */
export function paddingBefore(taps: number, padding: ConvPadding): number {
  return padding === 'same' ? (taps - 1) / 2 : taps - 1;
}

/** `fn rowOf(position: i32, length: i32) -> i32`: the row, or one outside 0..length-1 where there is a zero. */
export function rowOf(mode: PaddingMode, before: number): string {
  const body = {
    zeros: '',
    reflect: 'if (row < 0) { return -row; }\n  if (row >= length) { return 2 * (length - 1) - row; }',
    circular: 'if (row < 0 || row >= length) { return ((row % length) + length) % length; }',
  }[mode];
  return `
fn rowOf(position: i32, length: i32) -> i32 {
  let row = position - ${before};
  ${body}
  return row;
}`;
}

/**
 * Statements that run `visit` with `position` for every position that `row` feeds through the padding, but for the one that is
 * its own; `positions` is how many there are.
 */
export function otherPositions(mode: PaddingMode, before: number, visit: string): string {
  if (mode === 'zeros') return '';
  if (mode === 'reflect') {
    return `
if (row >= 1 && row <= ${before}) {
  let position = ${before} - row;
  ${visit}
}
if (row <= length - 2 && ${before} + 2 * (length - 1) - row < positions) {
  let position = ${before} + 2 * (length - 1) - row;
  ${visit}
}`;
  }
  return `
for (var position = (row + ${before}) % length; position < positions; position += length) {
  if (position != row + ${before}) {
    ${visit}
  }
}`;
}
