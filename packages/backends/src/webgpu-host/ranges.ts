// Tensors larger than the device binds at once: kernels run over ranges of their outer axis, binding of every tensor what belongs
// to a range.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from './backend.ts';
import type { Bound } from './dispatch.ts';
import { TooLargeForDeviceError } from './too-large.ts';

/** Some of the items that a kernel works on: examples, rows, elements. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/**
 * Divides `count` items into ranges that the device binds, as few as can be: one, of all, where that fits. Ranges begin where
 * bindings may, if they can.
 *
 * @param sizes bytes of an item in every tensor or scratch buffer that is bound by ranges
 * @param unit ranges have multiples of so many items, but for the last. Default 1
 * @throws TooLargeForDeviceError naming the op where one unit is too large; `item` says what that is: 'an example'
 */
export function rangesOf(
  { device: { limits } }: Pick<WebGpuBackend, 'device'>,
  {
    op,
    item,
    count,
    sizes,
    unit = 1,
  }: { op: string; item: string; count: number; sizes: readonly number[]; unit?: number },
): Range[] {
  const { maxStorageBufferBindingSize: most, minStorageBufferOffsetAlignment: alignment } = limits;
  const largest = Math.max(...sizes);
  if (count * largest <= most) return count === 0 ? [] : [{ first: 0, count }];
  // A part is bound from at most so many bytes before its beginning.
  const units = Math.floor((most - alignment) / (largest * unit));
  if (units === 0) {
    throw new TooLargeForDeviceError({
      op,
      what: item,
      bytes: unit * largest,
      limit: 'maxStorageBufferBindingSize',
      limitBytes: most,
    });
  }
  const step = sizes.reduce((all, size) => lcm(all, alignment / gcd(alignment, size * unit)), 1);
  const size = unit * (Math.floor(units / step) * step || units);
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    first: i * size,
    count: Math.min(size, count - i * size),
  }));
}

/** What belongs to a range of a tensor of `of` items of `bytes` each; the tensor itself, where that is all of it. */
export function partOf(tensor: TensorInfo, { first, count }: Range, bytes: number): Bound {
  if (first === 0 && count * bytes === 4 * util.sizeFromShape(tensor.shape)) return tensor;
  return { tensor, offset: first * bytes, bytes: count * bytes };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function lcm(a: number, b: number): number {
  return (a / gcd(a, b)) * b;
}
