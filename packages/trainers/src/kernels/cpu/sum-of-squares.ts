// The sum of squares of many tensors on the cpu engine, in float64.
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { sumOfSquares } from '../../plain/adamw.ts';
import type { CpuBackend } from './host.ts';

export const sumOfSquaresCpu: KernelFunc = ({ inputs, backend }) => {
  const engine = backend as unknown as CpuBackend;
  const tensors = Object.values(inputs) as TensorInfo[];
  const sum = tensors.reduce((total, { dataId }) => total + sumOfSquares(engine.data.get(dataId).values), 0);
  return engine.makeTensorInfo([], 'float32', Float32Array.of(sum));
};
