// What the kernels of this folder have in common.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { dispatch, type Program, type WebGpuBackend } from '../../webgpu-host/index.ts';
import { elementsOfGroup } from '../../wgsl/elementwise.ts';
import { type Lane, widthOf } from '../../wgsl/values.ts';
import { sizeOf } from '../register.ts';

/** Runs a program of {@link elementwise}'s over `values` values. */
export function runElementwise(
  backend: WebGpuBackend,
  program: Program,
  lane: Lane,
  values: number,
  buffers: Readonly<Record<string, TensorInfo>>,
): void {
  const count = values / widthOf(lane);
  dispatch(backend, program, { buffers, params: { count }, groups: Math.ceil(count / elementsOfGroup) });
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
