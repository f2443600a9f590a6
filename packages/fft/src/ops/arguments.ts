// The checks that every op of this package makes, and running a kernel with an error that says what is missing.
import { engine, getBackend, getKernel, type NamedAttrMap, type NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import type { Norm } from '../norm.ts';

/** Where and how long a transform is. */
export interface AxisOptions {
  /** the axis to transform, negative ones counted from the end; default -1, the last */
  axis?: number;
  /** length of the transform: the input is cut or padded with zeros at the end of the axis; default its own length */
  n?: number;
}

/** Options of the Fourier transforms. */
export interface FftOptions extends AxisOptions {
  /** which direction carries 1/n, as in numpy and torch: 'backward' (the default) the inverse, 'ortho' half each */
  norm?: Norm;
}

/** A complex tensor as two real ones of one shape. */
export interface ComplexPair {
  re: Tensor;
  im: Tensor;
}

/** @throws Error unless x is a float32 tensor of rank 1 or more */
export function checkTensor(op: string, what: string, x: unknown): asserts x is Tensor {
  if (!(x instanceof Tensor)) throw new Error(`${op}: ${what} is ${describe(x)}; want a tensor`);
  if (x.dtype !== 'float32') throw new Error(`${op}: ${what} has dtype ${x.dtype}; want float32`);
  if (x.rank < 1) throw new Error(`${op}: ${what} is a scalar; want a tensor of rank 1 or more`);
}

/** @throws Error unless re and im are float32 tensors of one shape */
export function checkPair(op: string, pair: unknown): asserts pair is ComplexPair {
  const { re, im } = (pair ?? {}) as Partial<ComplexPair>;
  if (pair instanceof Tensor || re === undefined || im === undefined) {
    throw new Error(`${op}: the input is ${describe(pair)}; want {re, im}, two tensors`);
  }
  checkTensor(op, 're', re);
  checkTensor(op, 'im', im);
  if (re.shape.length !== im.shape.length || re.shape.some((size, i) => size !== im.shape[i])) {
    throw new Error(`${op}: re has shape [${re.shape}] and im [${im.shape}]; want the same`);
  }
}

/** The axis counted from 0. @throws Error when the tensor has no such axis, or nothing on it */
export function checkAxis(op: string, shape: number[], axis = -1): number {
  const rank = shape.length;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new Error(`${op}: axis ${axis} is out of range for a tensor of shape [${shape}]; want ${-rank}..${rank - 1}`);
  }
  const positive = axis < 0 ? axis + rank : axis;
  if (shape[positive] === 0) {
    throw new Error(`${op}: a tensor of shape [${shape}] has nothing on axis ${axis}; want at least one sample there`);
  }
  return positive;
}

/** @throws Error unless n is a positive integer */
export function checkN(op: string, n: number): number {
  if (!Number.isInteger(n) || n < 1) throw new Error(`${op}: n is ${n}; want a positive integer`);
  return n;
}

/**
 * Runs a kernel on the current backend.
 *
 * @throws Error naming the op and the backends that have it, when the current one does not
 */
export function run(op: string, kernel: string, inputs: Record<string, Tensor>, attrs: NamedAttrMap): Tensor[] {
  const backend = getBackend();
  if (!getKernel(kernel, backend)) {
    const known = ['cpu', 'wasm', 'webgpu', 'webgl', 'tensorflow'].filter((name) => getKernel(kernel, name));
    throw new Error(
      `${op}: there is no kernel for the backend '${backend}'; there are kernels for ${known.join(', ')}`,
    );
  }
  const outputs = engine().runKernel(kernel, inputs as NamedTensorMap, attrs) as unknown as Tensor | Tensor[];
  return Array.isArray(outputs) ? outputs : [outputs];
}

function describe(value: unknown): string {
  if (value instanceof Tensor) return `a tensor of shape [${value.shape}]`;
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? `an object with keys [${Object.keys(value)}]` : String(value);
}
