// Where each position of a padded sequence comes from: one table stands for every padding mode, in every kernel.

export type ConvPadding = 'same' | 'causal';
export type PaddingMode = 'zeros' | 'reflect' | 'circular';

/**
 * [length + taps - 1] positions in the sequence, -1 for a zero. 'same' pads (taps - 1)/2 on either side, 'causal' taps - 1
 * before.
 *
 * @throws Error when 'same' is asked of an even number of taps, or a reflection needs more than the sequence has
 */
export function paddedRows(length: number, taps: number, padding: ConvPadding, mode: PaddingMode): Int32Array {
  if (padding === 'same' && taps % 2 === 0) {
    throw new Error(`groupedConv1d: padding 'same' needs an odd number of taps, got ${taps}`);
  }
  const before = padding === 'same' ? (taps - 1) / 2 : taps - 1;
  if (mode === 'reflect' && before >= length && length > 0) {
    throw new Error(`groupedConv1d: mode 'reflect' pads ${before}, which must be less than the length, ${length}`);
  }
  return Int32Array.from({ length: length + taps - 1 }, (_, position) => {
    const row = position - before;
    if (row >= 0 && row < length) return row;
    if (mode === 'zeros') return -1;
    if (mode === 'circular') return ((row % length) + length) % length;
    return row < 0 ? -row : 2 * (length - 1) - row;
  });
}
