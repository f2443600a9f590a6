// Argument checks that name the op, what it got and what it wanted.
import type { Tensor } from '@tensorflow/tfjs-core';

/** A size that may be anything. */
export const any = -1;

/**
 * @param shape wanted sizes, `any` where any will do; undefined for any rank
 * @throws Error when `tensor` is no tensor, or of another dtype or shape
 */
export function checkTensor(
  op: string,
  name: string,
  tensor: Tensor,
  dtype: 'float32' | 'int32',
  shape?: readonly number[],
): void {
  if (!tensor?.shape || !tensor.dataId) {
    throw new Error(`${op}: ${name} must be a tensor, got ${tensor === null ? 'null' : typeof tensor}`);
  }
  if (tensor.dtype !== dtype) throw new Error(`${op}: ${name} must be ${dtype}, got ${tensor.dtype}`);
  if (!shape) return;
  const fits =
    tensor.shape.length === shape.length && shape.every((size, i) => size === any || size === tensor.shape[i]);
  if (!fits) {
    const wanted = shape.map((size) => (size === any ? '*' : size)).join(',');
    throw new Error(`${op}: ${name} must have shape [${wanted}], got [${tensor.shape}]`);
  }
}

/** @throws Error when the tensor has fewer axes than `rank` */
export function checkRankAtLeast(op: string, name: string, tensor: Tensor, rank: number): void {
  if (tensor.shape.length < rank) {
    throw new Error(
      `${op}: ${name} must have at least ${rank} ${rank === 1 ? 'axis' : 'axes'}, got shape [${tensor.shape}]`,
    );
  }
}
