// The flat map name -> tensor that a model is saved as, and back.
import type { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import type { SafetensorsTensor } from './safetensors/index.ts';

/** Every parameter of a module (frozen ones too) as host arrays, F32, by name. Waits for the device; the arrays are copies. */
export async function stateDict(module: Module): Promise<Map<string, SafetensorsTensor>> {
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [name, { value }] of module.namedParameters()) {
    tensors.set(name, { dtype: 'F32', shape: [...value.shape], data: Float32Array.from(await value.data()) });
  }
  return tensors;
}

/** Floating-point tensors as float32, which is what parameters are. @throws Error for integers and booleans */
export function toFloat32(name: string, { dtype, data }: Readonly<SafetensorsTensor>): Float32Array {
  if (dtype !== 'F32' && dtype !== 'F64' && dtype !== 'F16' && dtype !== 'BF16') {
    throw new Error(`'${name}' has the dtype ${dtype}, want F32 (or F64, F16, BF16, which are converted)`);
  }
  return Float32Array.from(data as Float32Array | Float64Array);
}

const listed = (names: readonly string[]) =>
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
      values.push({ variable, data: toFloat32(name, tensor) });
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
