// What the webgpu kernels share: outputs that are given back when a dispatch throws, and running a one-pass program.
import {
  type Bound,
  dispatch,
  makeOutput,
  type Program,
  table,
  type WebGpuBackend,
} from '@orchid-ml/backends/webgpu-host';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { invocationsFor, lanesFor, type SharedTransform, sharedTransform } from '../../wgsl/shared-transform.ts';
import type { Layout } from '../contract.ts';

/** Outputs of these shapes, filled by `work`. */
export function withOutputs(
  backend: WebGpuBackend,
  shapes: readonly number[][],
  work: (outputs: TensorInfo[]) => void,
): TensorInfo[] {
  const outputs = shapes.map((shape) => makeOutput(backend, shape));
  try {
    work(outputs);
  } catch (error) {
    for (const { dataId } of outputs) backend.disposeData(dataId);
    throw error;
  }
  return outputs;
}

/** Runs a program that transforms signals of length n in workgroup memory, `of` signals a lane. */
export function onePass(
  backend: WebGpuBackend,
  program: (transform: SharedTransform) => Program,
  n: number,
  { outer, rows, inner }: Layout,
  of: 1 | 2,
  buffers: Readonly<Record<string, Bound>>,
  params: Readonly<Record<string, number>>,
): void {
  const { limits } = backend.device;
  const signals = outer * inner;
  const lanes = lanesFor(n, signals / of, limits);
  const transform = sharedTransform(n, lanes, invocationsFor(n, lanes, limits));
  dispatch(backend, program(transform), {
    buffers: { ...buffers, table: table(backend, transform.table.key, transform.table.make) },
    params: { n, signals, inner, rows, ...params },
    groups: Math.ceil(signals / (of * lanes)),
  });
}
