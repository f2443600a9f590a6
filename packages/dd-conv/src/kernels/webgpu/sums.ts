// Sums over examples, which workgroups leave in parts.
import { dispatch, partOf, rangesOf, type WebGpuBackend, withScratch } from '@orchid-ml/backends/webgpu-host';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { groupsFor, sumPartsProgram } from '../../wgsl/sum-parts.ts';

/**
 * Runs `call` with buffers for the parts of sums, and adds them up; a sum of one part is written where it belongs.
 *
 * @param adds whether they are added to what is there
 */
export function withPartsOf(
  backend: WebGpuBackend,
  sums: Readonly<Record<string, TensorInfo>>,
  parts: number,
  adds: boolean,
  call: (partial: Readonly<Record<string, TensorInfo>>) => void,
): void {
  const [name, ...others] = Object.keys(sums);
  if (name === undefined || (parts === 1 && !adds)) {
    call(sums);
    return;
  }
  const { [name]: total, ...rest } = sums;
  withScratch(backend, parts * util.sizeFromShape(total!.shape), (scratch) => {
    const own = (partial: Readonly<Record<string, TensorInfo>>): void => call({ ...partial, [name]: scratch });
    if (others.length > 0) withPartsOf(backend, rest, parts, adds, own);
    else own({});
    sumParts(backend, scratch, parts, total!, adds);
  });
}

/** So many parts one invocation adds up; more are added in two steps. */
const SEGMENT = 256;

/** The sum of `parts` parts of the size of `total`, or what it adds to `total`. */
export function sumParts(
  backend: WebGpuBackend,
  partial: TensorInfo,
  parts: number,
  total: TensorInfo,
  adds = false,
): void {
  const size = util.sizeFromShape(total.shape);
  for (const range of rangesOf(backend, { op: 'ddConv', item: 'a sum', count: parts, sizes: [4 * size] })) {
    const segments = Math.ceil(range.count / SEGMENT);
    const isAdded = adds || range.first > 0;
    const sum = (to: TensorInfo, isAdded: boolean): void =>
      dispatch(backend, sumPartsProgram(isAdded), {
        buffers: { parts: partOf(partial, range, 4 * size), total: to },
        params: { size, parts: range.count, segment: SEGMENT },
        groups: groupsFor(segments * size),
        ...(isAdded && { times: { total: 2 } }),
      });
    if (segments === 1) sum(total, isAdded);
    else {
      withScratch(backend, segments * size, (scratch) => {
        sum(scratch, false);
        sumParts(backend, scratch, segments, total, isAdded);
      });
    }
  }
}
