// Curves of one channel out of what was seen of all of them.
import type { KernelViews } from '../../../shared/look.ts';

/** One channel of [rows, width]. */
export function channelOf(values: Float32Array, width: number, channel: number): number[] {
  return Array.from({ length: values.length / width }, (_, row) => values[row * width + channel]!);
}

/** A channel of the coefficients: of complex ones their magnitude or a part. */
export function magnitude(
  { re, im }: KernelViews,
  width: number,
  channel: number,
  part: 'magnitude' | 're' | 'im',
): number[] {
  const real = channelOf(re, width, channel);
  if (!im || part === 're') return real;
  const imaginary = channelOf(im, width, channel);
  return part === 'im' ? imaginary : real.map((value, k) => Math.hypot(value, imaginary[k]!));
}

/** now - before, element by element */
export function difference(now: ArrayLike<number>, before: ArrayLike<number>): number[] {
  return Array.from(now, (value, i) => value - before[i]!);
}
