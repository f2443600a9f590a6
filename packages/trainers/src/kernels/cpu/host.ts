// The little of tfjs-backend-cpu's backend object that this package's kernels use.
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

export interface CpuBackend {
  readonly data: { get(dataId: object): { values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: DataType, values: Float32Array): TensorInfo;
}
