// Runs an operation on tensors: in one pass where its signals fit into workgroup memory, in several otherwise; and where a tensor
// is larger than the device binds at once, on one part of its outer axis after another.
import {
  type Bound,
  cached,
  dispatch,
  makeOutput,
  type Program,
  partOf,
  rangesOf,
  table,
  type WebGpuBackend,
  withOutputs,
} from '@orchid-ml/backends/webgpu-host';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { chirpPoints, longestPlan, longPlan } from '../../wgsl/long-plan.ts';
import { onePassProgram } from '../../wgsl/one-pass.ts';
import {
  invocationsFor,
  lanesFor,
  perTransform,
  type SharedTransform,
  sharedTransform,
} from '../../wgsl/shared-transform.ts';
import { lanesOf } from '../../wgsl/signals.ts';
import type { Layout } from '../contract.ts';
import { chirpedPasses } from './chirped.ts';
import { longPasses, type Passes } from './long.ts';
import { type OperationName, operations } from './operations.ts';

const onePass = cached((name: OperationName): ((transform: SharedTransform) => Program) =>
  perTransform((transform) => onePassProgram(operations[name], transform)),
);

export interface Call {
  readonly operation: OperationName;
  /** length of the transforms */
  readonly n: number;
  /** the input's */
  readonly layout: Layout;
  /** inputs, by the names that the operation's buffers have; asked for when the length is known to be possible */
  inputs(): Readonly<Record<string, Bound>>;
  /** outputs by name, and their shapes */
  readonly outputs: Readonly<Record<string, number[]>>;
  readonly params: Readonly<Record<string, number>>;
}

/** How transforms of a length are made. */
interface Way {
  readonly passes: Passes;
  /** points of scratch for each lane */
  readonly points: number;
}

/**
 * The outputs, in the order given.
 *
 * @throws Error naming the op when n is longer than this device can take, or one slice along the axis larger than it can bind
 */
export function run(backend: WebGpuBackend, call: Call): TensorInfo[] {
  const { operation, n, layout, params } = call;
  const { of } = operations[operation];
  const lanes = lanesOf(layout, n, of);
  const { passes, points } = wayOf(backend, operation, n, lanes.outers * lanes.pairs);
  const inputs = call.inputs();
  return withOutputs(backend, () => {
    const made = Object.entries(call.outputs).map(([name, shape]) => [name, makeOutput(backend, shape)] as const);
    const outputs = made.map(([, output]) => output);
    if (layout.outer * layout.inner === 0) return outputs;
    const tensors = Object.entries({ ...inputs, ...Object.fromEntries(made) }).filter(isTensor);
    const bytesOf = (tensor: TensorInfo): number => (4 * util.sizeFromShape(tensor.shape)) / layout.outer;
    const { fold } = lanes.params;
    const ranges = rangesOf(backend, {
      op: operation,
      item: fold === 1 ? `a slice along the axis, [${n}, ${layout.inner}],` : 'a pair of signals',
      count: layout.outer,
      sizes: [...tensors.map(([, tensor]) => bytesOf(tensor)), (8 * points * lanes.pairs) / fold],
      unit: fold,
    });
    for (const range of ranges) {
      const parts = tensors.map(([name, tensor]) => [name, partOf(tensor, range, bytesOf(tensor))] as const);
      const own = lanesOf({ ...layout, outer: range.count }, n, of);
      passes({ ...inputs, ...Object.fromEntries(parts) }, { ...own.params, ...params }, own);
    }
    return outputs;
  });
}

function isTensor(entry: [string, Bound]): entry is [string, TensorInfo] {
  return 'dataId' in entry[1];
}

function wayOf(backend: WebGpuBackend, operation: OperationName, n: number, signals: number): Way {
  const { limits } = backend.device;
  const together = lanesFor(n, signals, limits);
  if (together > 0) {
    const transform = sharedTransform(n, together, invocationsFor(n, together, limits));
    const passes: Passes = (buffers, params, { outers, pairs }) =>
      dispatch(backend, onePass(operation)(transform), {
        buffers: { ...buffers, table: table(backend, transform.table.key, transform.table.make) },
        params: { ...params, signals: outers * pairs },
        groups: Math.ceil((outers * pairs) / together),
      });
    return { passes, points: 0 };
  }
  const plan = longPlan(n, limits);
  if (plan) return { passes: longPasses(backend, operation, plan), points: n };
  const points = chirpPoints(n);
  const longer = longPlan(points, limits);
  if (longer) return { passes: chirpedPasses(backend, operation, n, longer), points };
  const storage = limits.maxComputeWorkgroupStorageSize;
  throw new Error(
    `${operation}: n is ${n}, which is too long for this device (workgroups of ${storage} bytes); want at most ` +
      `${longestPlan(limits)}, or half of that with prime factors above 5`,
  );
}
