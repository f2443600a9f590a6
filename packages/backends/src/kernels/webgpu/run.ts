// What the kernels of this folder have in common.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { dispatch, type Program, partOf, rangesOf, type WebGpuBackend } from '../../webgpu-host/index.ts';
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

/** Tensors of zeros, where there is nothing to sum. */
export function zeros(
  backend: WebGpuBackend,
  shape: readonly number[],
  dtype: TensorInfo['dtype'] = 'float32',
): TensorInfo {
  const values = dtype === 'int32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
  return backend.makeTensorInfo([...shape], dtype, values);
}
