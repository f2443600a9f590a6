// Argument checks that the operators share: an error names the operator, the argument, what it got and what it wanted.
import * as tf from '@tensorflow/tfjs-core';

/** @throws Error unless `tensor` is a float32 tensor of rank `rank` without empty dimensions */
export function checkTensor(op: string, name: string, tensor: tf.Tensor, rank: number): void {
  if (!(tensor instanceof tf.Tensor)) {
    throw new Error(`${op}: ${name} is ${tensor === null ? 'null' : typeof tensor}; want a tensor`);
  }
  if (tensor.dtype !== 'float32') throw new Error(`${op}: ${name} has dtype ${tensor.dtype}; want float32`);
  if (tensor.rank !== rank) throw new Error(`${op}: ${name} has shape [${tensor.shape}]; want rank ${rank}`);
  if (tensor.size === 0) throw new Error(`${op}: ${name} has shape [${tensor.shape}]; want no empty dimension`);
}

/** @throws Error unless the tensor has exactly this shape; `meaning` spells it, as in `[L, D]` */
export function checkShape(
  op: string,
  name: string,
  tensor: tf.Tensor,
  want: readonly number[],
  meaning: string,
): void {
  if (tensor.shape.length !== want.length || tensor.shape.some((size, i) => size !== want[i])) {
    throw new Error(`${op}: ${name} has shape [${tensor.shape}]; want ${meaning} = [${want}]`);
  }
}

/** @throws Error unless `value` is one of `wanted` */
export function checkChoice(op: string, name: string, value: unknown, wanted: readonly string[]): void {
  if (!wanted.includes(value as string)) {
    throw new Error(`${op}: ${name} is ${JSON.stringify(value)}; want ${wanted.map((w) => `'${w}'`).join(' or ')}`);
  }
}

/** @throws Error when `options` has a key that the operator does not know: a misspelt option must not be ignored */
export function checkKeys(op: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new Error(`${op}: unknown option '${unknown}'; it takes ${known.join(', ')}`);
}
