// Rolling, and what a deviation says about the settings.
import type { RollInput } from '../../../shared/look.ts';

/** Rounding of float32 sums over some dozens of values leaves less than this. */
const ROUNDING = 1e-4;

/** values[t] at t + shift, round the ends */
export function rolled(values: readonly number[], shift: number): number[] {
  const { length } = values;
  return Array.from({ length }, (_, t) => values[(t - shift + length) % length]!);
}

/** Whether the output rolls with the input, and why not. */
export function verdictOf(
  { part, transform, padding }: RollInput,
  deviation: number,
): { holds: boolean; words: string } {
  if (deviation < ROUNDING) return { holds: true, words: 'It rolls with the input: what is left is rounding.' };
  const reasons = [
    ...(transform === 'dct'
      ? ['the cosine transform mirrors the sequence at its ends in place of going round them']
      : []),
    ...(padding === 'zeros' ? ['the conditioning network sees zeros beyond the ends'] : []),
    ...(part === 'mixer'
      ? ['the short convolution before the gates is causal, and sees zeros before the beginning']
      : []),
  ];
  return { holds: false, words: `It does not: ${reasons.join('; ')}.` };
}
