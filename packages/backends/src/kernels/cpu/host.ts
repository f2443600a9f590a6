// The little of tfjs-backend-cpu's backend object that kernels use: values in, values out.
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

export interface CpuBackend {
  readonly data: { get(dataId: object): { readonly values: Float32Array | Int32Array | Uint8Array } };
  makeTensorInfo(shape: number[], dtype: DataType, values: Float32Array | Int32Array): TensorInfo;
}

/** A tensor's values, not a copy. */
export function valuesOf(backend: CpuBackend, tensor: TensorInfo): Float32Array | Int32Array | Uint8Array {
  return backend.data.get(tensor.dataId).values;
}

/** A float32 tensor of values computed in float64. */
export function float32(backend: CpuBackend, shape: readonly number[], values: Float64Array): TensorInfo {
  return backend.makeTensorInfo([...shape], 'float32', Float32Array.from(values));
}
