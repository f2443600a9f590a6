// Runs an operation on tensors: in one pass where its signals fit into workgroup memory, in several otherwise.
import {
  type Bound,
  cached,
  dispatch,
  makeOutput,
  type Program,
  table,
  type WebGpuBackend,
  withOutputs,
} from '@orchid-ml/backends/webgpu-host';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { chirpPoints, longestPlan, longPlan } from '../../wgsl/long-plan.ts';
import { onePassProgram } from '../../wgsl/one-pass.ts';
import {
  invocationsFor,
  lanesFor,
  perTransform,
  type SharedTransform,
  sharedTransform,
} from '../../wgsl/shared-transform.ts';
import { type Lanes, lanesOf } from '../../wgsl/signals.ts';
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

/**
 * The outputs, in the order given.
 *
 * @throws Error naming the op when n is longer than this device can take, or a tensor larger than it can bind
 */
export function run(backend: WebGpuBackend, call: Call): TensorInfo[] {
  const { operation, n, layout, params } = call;
  const lanes = lanesOf(layout, n, operations[operation].of);
  const passes = passesOf(backend, operation, n, lanes);
  const inputs = call.inputs();
  return withOutputs(backend, () => {
    const made = Object.entries(call.outputs).map(([name, shape]) => [name, makeOutput(backend, shape)] as const);
    const buffers = { ...inputs, ...Object.fromEntries(made) };
    if (lanes.outers * lanes.pairs > 0) passes(buffers, { ...lanes.params, ...params });
    return made.map(([, output]) => output);
  });
}

/** How a length is transformed. */
function passesOf(backend: WebGpuBackend, operation: OperationName, n: number, lanes: Lanes): Passes {
  const { limits } = backend.device;
  const signals = lanes.outers * lanes.pairs;
  const together = lanesFor(n, signals, limits);
  if (together > 0) {
    const transform = sharedTransform(n, together, invocationsFor(n, together, limits));
    return (buffers, params) =>
      dispatch(backend, onePass(operation)(transform), {
        buffers: { ...buffers, table: table(backend, transform.table.key, transform.table.make) },
        params: { ...params, signals },
        groups: Math.ceil(signals / together),
      });
  }
  const plan = longPlan(n, limits);
  if (plan) return longPasses(backend, operation, plan, lanes);
  const points = chirpPoints(n);
  const longer = longPlan(points, limits);
  if (longer) return chirpedPasses(backend, operation, n, longer, lanes);
  const storage = limits.maxComputeWorkgroupStorageSize;
  throw new Error(
    `${operation}: n is ${n}, which is too long for this device (workgroups of ${storage} bytes); want at most ` +
      `${longestPlan(limits)}, or half of that with prime factors above 5`,
  );
}
