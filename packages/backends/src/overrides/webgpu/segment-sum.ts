// The gradient of every embedding. tfjs's transposes twice and adds by atomics that all rows of an id contend for, in an order
// that changes from run to run.
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { input, type KernelArguments, sizeOf } from '../../kernels/register.ts';
import { zeros } from '../../kernels/webgpu/run.ts';
import { dispatch, makeOutput, type WebGpuBackend, withScratch } from '../../webgpu-host/index.ts';
import { columnsOfBlock, segmentSumProgram, segmentsOfBlock } from '../../wgsl/segment-sum.ts';
import { sumRowsInto } from '../../wgsl/sum-rows.ts';
import { laneOf, widthOf } from '../../wgsl/values.ts';
import { checkSegmentIds } from '../segment-ids.ts';

/** A part of the rows is at least so many, and has at least as many rows as the result: adding up the parts stays cheap. */
const fewestRows = 64;

/** For float32 values and a list of ids. */
export function segmentSum(args: KernelArguments<WebGpuBackend>): TensorInfo {
  const { backend, attrs } = args;
  const [x, ids] = [input(args, 'x'), input(args, 'segmentIds')];
  const segments = attrs.numSegments as number;
  const [rows = 0, ...rest] = x.shape;
  checkSegmentIds(x.shape, ids.shape);
  const values = sizeOf(rest);
  if (rows * values * segments === 0) return zeros(backend, [segments, ...rest]);
  const out = makeOutput(backend, [segments, ...rest]);
  const lane = laneOf(values);
  const columns = values / widthOf(lane);
  const rowsOfPart = Math.max(fewestRows, segments);
  const parts = Math.ceil(rows / rowsOfPart);
  const columnBlocks = Math.ceil(columns / columnsOfBlock);
  const segmentBlocks = Math.ceil(segments / segmentsOfBlock(lane));
  const run = (sums: TensorInfo): void =>
    dispatch(backend, segmentSumProgram(lane), {
      buffers: { x, ids, out: sums },
      params: { rows, columns, segments, rowsOfPart, columnBlocks, segmentBlocks },
      groups: columnBlocks * segmentBlocks * parts,
    });
  if (parts === 1) run(out);
  else {
    withScratch(backend, parts * segments * values, (sums) => {
      run(sums);
      sumRowsInto(backend, sums, parts, [out], laneOf(segments * values));
    });
  }
  return out;
}

/** What stands in for the engine's own kernel, which keeps integers and ids of several axes. */
export function unsortedSegmentSum(original: KernelFunc): KernelFunc {
  const compute = (args: KernelArguments<WebGpuBackend>): TensorInfo | TensorInfo[] => {
    const [x, ids] = [input(args, 'x'), input(args, 'segmentIds')];
    const isOurs = x.dtype === 'float32' && ids.dtype === 'int32' && ids.shape.length === 1;
    return isOurs ? segmentSum(args) : (original as unknown as typeof compute)(args);
  };
  return compute as unknown as KernelFunc;
}
