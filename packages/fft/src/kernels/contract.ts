// What the ops, their gradients and the kernels of every backend agree on: names, inputs, attributes, scales.
// A backend supports an op when it has a kernel of that name; nothing else is needed.
import type { NamedAttrMap } from '@tensorflow/tfjs-core';

/** inputs {x}; outputs re, im with n/2+1 bins on the axis */
export const RFFT = 'OrchidRfft';
/** inputs {re, im}; output with n samples on the axis; imaginary parts of edge bins ignored */
export const IRFFT = 'OrchidIrfft';
/** inputs {re, im}; outputs re, im with n bins */
export const FFT = 'OrchidFft';
/** inputs {re, im}; outputs re, im with n samples */
export const IFFT = 'OrchidIfft';
/** inputs {x}; output with n coefficients */
export const DCT = 'OrchidDct';
/** inputs {x}; output with n samples */
export const IDCT = 'OrchidIdct';

/** Attributes of every kernel: the input is cut or padded with zeros to what a transform of length n takes. */
export interface TransformAttrs {
  /** the axis, from 0 */
  readonly axis: number;
  /** length of the transform */
  readonly n: number;
  /** size of the input on the axis: what the gradient is cut or padded to */
  readonly rows: number;
}

/** Attributes of the complex kernels: the unscaled transform times `scale`. */
export interface ComplexAttrs extends TransformAttrs {
  readonly scale: number;
}

/**
 * Attributes of the real kernels. `edge` multiplies coefficient 0 (and, in rfft and irfft of even n, bin n/2), `middle`
 * the others. The two differ in gradients, since only the middle ones stand for two each:
 *   rfft   X[k] = s[k] Σ x[t] e^(-2πi kt/n)
 *   irfft  x[t] = Σ_edge s[k] Re(X[k] e^(2πi kt/n)) + 2 Σ_middle s[k] Re(X[k] e^(2πi kt/n))
 *   dct    y[k] = s[k] Σ x[t] cos(π k (2t+1) / 2n)
 *   idct   x[t] = s[0] y[0] + 2 Σ_{k>0} s[k] y[k] cos(π k (2t+1) / 2n)
 * So the adjoint of (rfft, edge, middle) is (irfft, edge, middle / 2), and likewise for the cosines.
 */
export interface RealAttrs extends TransformAttrs {
  readonly edge: number;
  readonly middle: number;
}

/** Attributes as tfjs wants them typed. */
export function attrMap(attrs: ComplexAttrs | RealAttrs): NamedAttrMap {
  return attrs as unknown as NamedAttrMap;
}

/** A tensor seen as [outer, rows, inner], the transform running along rows. */
export interface Layout {
  readonly outer: number;
  readonly rows: number;
  readonly inner: number;
}

export function layoutOf(shape: readonly number[], axis: number): Layout {
  const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
  return { outer: product(shape.slice(0, axis)), rows: shape[axis] ?? 1, inner: product(shape.slice(axis + 1)) };
}

/** `shape` with another size on one axis. */
export function withAxis(shape: readonly number[], axis: number, size: number): number[] {
  return shape.map((old, i) => (i === axis ? size : old));
}

/** How many bins rfft of length n has. */
export function binsOf(n: number): number {
  return Math.floor(n / 2) + 1;
}
