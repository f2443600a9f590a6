// One line of a comparison with reference numbers.
import * as tf from '@tensorflow/tfjs-core';
import type { SafetensorsTensor } from '../safetensors/index.ts';

export interface ParityRow {
  /** what kind of tensor: output, inner, gradient, or a transform's name */
  group: string;
  name: string;
  /** largest difference over the largest magnitude of the reference tensor (or `scale`, where one is given) */
  maxError: number;
  /** the most that maxError may be */
  bound: number;
  ok: boolean;
}

/** The reference numbers of a tensor, as float64. @throws Error when the file lacks it or it is not floating point */
export function reference(tensors: ReadonlyMap<string, SafetensorsTensor>, name: string): Float64Array {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`parity: the file lacks the tensor '${name}'`);
  if (tensor.dtype !== 'F64' && tensor.dtype !== 'F32') {
    throw new Error(`parity: '${name}' has the dtype ${tensor.dtype}, want F64 or F32`);
  }
  return Float64Array.from(tensor.data as Float64Array | Float32Array);
}

/** The most that `maxError` may be on the current engine, by what is compared. */
export interface Bounds {
  readonly transform: number;
  readonly output: number;
  /**
   * The static kernel comes out of stacked sines sin(w·x), w about 10, which amplify every rounding: rounding the parameters to
   * float32 alone, all else exact, moves it by up to 3e-6. In the output it is averaged away again, so the output's bound can be
   * tighter.
   */
  readonly inner: number;
  readonly gradient: number;
}

/** A GPU has no wider format to add up in, nor need its divisions and roots be exact: it may err further. */
export function boundsHere(): Bounds {
  return tf.getBackend() === 'webgpu'
    ? { transform: 2e-5, output: 2e-5, inner: 2e-4, gradient: 2e-4 }
    : { transform: 5e-6, output: 1e-5, inner: 1e-4, gradient: 1e-4 };
}

/** Largest magnitude of a tensor, 0 if it is empty. */
export function magnitude(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}

/**
 * Compares numbers. A NaN anywhere fails. Where the reference is zero throughout, `scale` has to say what an error is to be
 * measured against; without one any difference fails.
 */
export function compare(
  row: { group: string; name: string; bound: number },
  got: ArrayLike<number>,
  want: Float64Array,
  scale = magnitude(want),
): ParityRow {
  if (got.length !== want.length) {
    throw new Error(`parity: '${row.name}' has ${want.length} reference values, and ${got.length} were computed`);
  }
  let difference = 0;
  for (let i = 0; i < want.length; i++) {
    const step = Math.abs(got[i]! - want[i]!);
    // Math.max would let a NaN through in some orders of arguments; here the first one stays.
    if (!(step <= difference)) difference = step;
    if (Number.isNaN(difference)) break;
  }
  const maxError = difference === 0 ? 0 : difference / scale;
  return { ...row, maxError, ok: maxError <= row.bound };
}

/** Downloads a tensor and disposes of it. */
export async function take(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return Float32Array.from(await tensor.data());
  } finally {
    tensor.dispose();
  }
}
