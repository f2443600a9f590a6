// What the kernels of this folder have in common.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  type Bound,
  dispatch,
  type Program,
  partOf,
  type Range,
  rangesOf,
  type WebGpuBackend,
} from '../../webgpu-host/index.ts';
import { bytesOfElement } from '../../webgpu-host/offsets.ts';
import { elementsOfGroup } from '../../wgsl/elementwise.ts';
import { type Lane, widthOf } from '../../wgsl/values.ts';
import { sizeOf } from '../register.ts';

/** Runs a program of {@link elementwise}'s over `values` values, of as many at once as the device binds. */
export function runElementwise(
  backend: WebGpuBackend,
  program: Program,
  lane: Lane,
  values: number,
  buffers: Readonly<Record<string, TensorInfo>>,
): void {
  const count = values / widthOf(lane);
  const slots = program.buffers.map(({ name, type }) => [name, bytesOfElement(type)] as const);
  const sizes = slots.map(([, bytes]) => bytes);
  // Bindings have whole words, on which parts of single halves do not always end: those are not divided.
  const items = { op: program.name, item: 'a value', count, sizes };
  for (const range of sizes.includes(2) ? [{ first: 0, count }] : rangesOf(backend, items)) {
    const isAll = range.count === count;
    const parts = slots.map(([name, bytes]) => [name, isAll ? buffers[name]! : partOf(buffers[name]!, range, bytes)]);
    dispatch(backend, program, {
      buffers: Object.fromEntries(parts),
      params: { count: range.count },
      groups: Math.ceil(range.count / elementsOfGroup),
    });
  }
}

/** Some of the rows or examples that a kernel works on. */
export interface Part extends Range {
  /** what belongs to them, of a tensor with so many values each */
  of(tensor: TensorInfo, values: number): Bound;
  /** the same of such a tensor's words in half precision */
  ofHalf(words: TensorInfo, values: number): Bound;
}

/**
 * The rows or examples of a kernel in parts that the device binds: one, of all, where it can.
 *
 * @param item one of them, in words: 'a row'
 * @param values how many values each has in every tensor that {@link Part.of} divides
 * @param halves and in those that {@link Part.ofHalf} divides
 * @throws TooLargeForDeviceError naming the op where one is too large
 */
export function dividedInto(
  backend: WebGpuBackend,
  {
    op,
    item,
    count,
    values,
    halves = [],
  }: { op: string; item: string; count: number; values: readonly number[]; halves?: readonly number[] },
): Part[] {
  // Bindings have whole words: of an odd number of halves, two together do.
  const unit = halves.some((size) => size % 2 !== 0) ? 2 : 1;
  const sizes = [...values.map((size) => 4 * size), ...halves.map((size) => 2 * size)];
  return rangesOf(backend, { op, item: unit === 1 ? item : `twice ${item}`, count, sizes, unit }).map((range) => {
    const isAll = range.count === count;
    return {
      ...range,
      of: (tensor, size) => (isAll ? tensor : partOf(tensor, range, 4 * size)),
      ofHalf: (words, size) => {
        if (isAll) return words;
        const bytes = 4 * Math.ceil((range.count * size) / 2);
        return { tensor: words, offset: 2 * range.first * size, bytes };
      },
    };
  });
}

/** Tensors of zeros, where there is nothing to sum. */
export function zeros(
  backend: WebGpuBackend,
  shape: readonly number[],
  dtype: TensorInfo['dtype'] = 'float32',
): TensorInfo {
  const values = dtype === 'int32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
  return backend.makeTensorInfo([...shape], dtype, values);
}
