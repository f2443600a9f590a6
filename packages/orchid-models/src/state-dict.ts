// The flat map name -> tensor that a model is saved as, and back.
import type { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import type { SafetensorsTensor } from './safetensors/index.ts';

/** How a parameter may be stored. */
export type StoredDtype = 'F32' | 'F16' | 'BF16';

export interface StateDictOptions {
  /** which parameters; default all */
  readonly names?: readonly string[];
  /** what `encodeSafetensors` is to round them to; default F32, which is exact */
  readonly dtype?: StoredDtype;
}

/** Every parameter of a module (frozen ones too) as host arrays, by name. Waits for the device; the arrays are copies. */
export async function stateDict(
  module: Module,
  { names, dtype = 'F32' }: StateDictOptions = {},
): Promise<Map<string, SafetensorsTensor>> {
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16') {
    throw new Error(`stateDict: dtype is ${JSON.stringify(dtype)}; want "F32", "F16" or "BF16"`);
  }
  const wanted = names && new Set(names);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [name, { value }] of module.namedParameters()) {
    if (wanted && !wanted.has(name)) continue;
    tensors.set(name, { dtype, shape: [...value.shape], data: Float32Array.from(await value.data()) });
  }
  return tensors;
}

/** Floating-point tensors as float32, which is what parameters are; F32 as it is. @throws Error for integers and booleans */
export function toFloat32(name: string, { dtype, data }: Readonly<SafetensorsTensor>): Float32Array {
  if (dtype !== 'F32' && dtype !== 'F64' && dtype !== 'F16' && dtype !== 'BF16') {
    throw new Error(`'${name}' has the dtype ${dtype}, want F32 (or F64, F16, BF16, which are converted)`);
  }
  return data instanceof Float32Array ? data : Float32Array.from(data as Float64Array);
}

/** Names for a message: the first four, and how many more there are. */
export const listed = (names: readonly string[]) =>
  names
    .slice(0, 4)
    .map((name) => `'${name}'`)
    .join(', ') + (names.length > 4 ? ` and ${names.length - 4} more` : '');

/**
 * Sets every parameter of a module from tensors of the same names and shapes. F64, F16 and BF16 become float32.
 * Nothing is assigned unless everything fits.
 *
 * Errors, all found ones in one message: names missing, names that the module lacks, other shapes, integer dtypes.
 */
export function loadStateDict(module: Module, tensors: ReadonlyMap<string, Readonly<SafetensorsTensor>>): void {
  const parameters = module.namedParameters();
  const problems: string[] = [];
  const missing = [...parameters.keys()].filter((name) => !tensors.has(name));
  if (missing.length > 0) problems.push(`${listed(missing)} missing`);
  const unexpected = [...tensors.keys()].filter((name) => !parameters.has(name));
  if (unexpected.length > 0) problems.push(`${listed(unexpected)} not a parameter of ${module.constructor.name}`);

  const values: { variable: tf.Variable; data: Float32Array }[] = [];
  for (const [name, { variable }] of parameters) {
    const tensor = tensors.get(name);
    if (tensor === undefined) continue;
    if (tensor.shape.length !== variable.rank || tensor.shape.some((size, axis) => size !== variable.shape[axis])) {
      problems.push(`'${name}' has the shape [${tensor.shape}], want [${variable.shape}]`);
      continue;
    }
    try {
      // A copy: an engine may go on using the array that it is given.
      values.push({ variable, data: Float32Array.from(toFloat32(name, tensor)) });
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  if (problems.length > 0) throw new Error(`loadStateDict: ${problems.join('; ')}`);
  for (const { variable, data } of values) {
    const value = tf.tensor(data, variable.shape, 'float32');
    variable.assign(value);
    value.dispose();
  }
}

/** The number of trained values of a model. */
export function parameterCount(module: Module): number {
  return module.parameterCount();
}
