// Sums over examples, which workgroups leave in parts.
import { dispatch, type WebGpuBackend, withScratch } from '@orchid-ml/backends/webgpu-host';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { groupsFor, sumPartsProgram } from '../../wgsl/sum-parts.ts';

/** Runs `call` with buffers for the parts of sums, and adds them up; a sum of one part is written where it belongs. */
export function withPartsOf(
  backend: WebGpuBackend,
  sums: Readonly<Record<string, TensorInfo>>,
  parts: number,
  call: (partial: Readonly<Record<string, TensorInfo>>) => void,
): void {
  const [name, ...others] = Object.keys(sums);
  if (name === undefined || parts === 1) {
    call(sums);
    return;
  }
  const { [name]: total, ...rest } = sums;
  withScratch(backend, parts * util.sizeFromShape(total!.shape), (scratch) => {
    withPartsOf(backend, others.length > 0 ? rest : {}, parts, (partial) => call({ ...partial, [name]: scratch }));
    sumParts(backend, scratch, parts, total!);
  });
}

/** So many parts one invocation adds up; more are added in two steps. */
const SEGMENT = 256;

/** The sum of `parts` parts of the size of `total`. */
export function sumParts(backend: WebGpuBackend, partial: TensorInfo, parts: number, total: TensorInfo): void {
  const size = util.sizeFromShape(total.shape);
  const sum = (from: TensorInfo, count: number, to: TensorInfo) => {
    const segments = Math.ceil(count / SEGMENT);
    dispatch(backend, sumPartsProgram, {
      buffers: { parts: from, total: to },
      params: { size, parts: count, segment: SEGMENT },
      groups: groupsFor(segments * size),
    });
    return segments;
  };
  const segments = Math.ceil(parts / SEGMENT);
  if (segments === 1) sum(partial, parts, total);
  else {
    withScratch(backend, segments * size, (scratch) => {
      sum(partial, parts, scratch);
      sumParts(backend, scratch, segments, total);
    });
  }
}
