// What the plain functions share: their types, and copying an array to a length.
import type { Norm } from '../norm.ts';

/** One-dimensional numbers, read only. */
export type RealArray = Float64Array | Float32Array | readonly number[];

/** A complex array as two real ones. */
export interface ComplexArrays {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Options of the plain transforms. */
export interface PlainOptions {
  /** length of the transform: the input is cut or padded with zeros; default its own length */
  n?: number;
  /** default 'backward' */
  norm?: Norm;
}

/** A copy of `x` cut or padded with zeros to n. @throws Error unless n is a positive integer */
export function resized(op: string, x: RealArray, n: number): Float64Array {
  checkLength(op, n);
  const out = new Float64Array(n);
  const count = Math.min(n, x.length);
  for (let i = 0; i < count; i++) out[i] = x[i]!;
  return out;
}

/** @throws Error unless n is a positive integer */
export function checkLength(op: string, n: number): void {
  if (!Number.isInteger(n) || n < 1) throw new Error(`${op}: n is ${n}; want a positive integer`);
}
