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
  const size = util.sizeFromShape(total!.shape);
  withScratch(backend, parts * size, (scratch) => {
    withPartsOf(backend, others.length > 0 ? rest : {}, parts, (partial) => call({ ...partial, [name]: scratch }));
    dispatch(backend, sumPartsProgram, {
      buffers: { parts: scratch, total: total! },
      params: { size, parts },
      groups: groupsFor(size),
    });
  });
}
