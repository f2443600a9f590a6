// Readers of option values: a wrong one is a usage error that says what was wanted.
import { InvalidArgumentError } from 'commander';
import type { Workers } from '../run/workers.ts';

function whole(text: string, min: number, other = ''): number {
  const value = /^[+-]?\d+(e\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < min)
    throw new InvalidArgumentError(`want a whole number, ${min} or more${other}.`);
  return value;
}

/** A whole number, 1 or more. */
export const atLeastOne = (text: string): number => whole(text, 1);

/** A whole number, 0 or more. */
export const fromZero = (text: string): number => whole(text, 0);

/** A number above 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('want a number above 0.');
  return value;
}

/** A number, 0 or more. */
export function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && Number.isFinite(value)))
    throw new InvalidArgumentError('want a number, 0 or more.');
  return value;
}

/** A number of workers, or `auto`. */
export const workers = (text: string): Workers => (text === 'auto' ? text : whole(text, 1, ', or auto'));

/** One or more values with commas between them. */
export const list =
  <T>(parse: (text: string) => T) =>
  (text: string): T[] =>
    text.split(',').map((part) => parse(part.trim()));

/** An option that may be repeated. */
export const collect = (text: string, before: readonly string[] = []): string[] => [...before, text];
