// Runs an operation on tensors: in one pass where its signals fit into workgroup memory, in several otherwise.
import {
  type Bound,
  cached,
  dispatch,
  makeOutput,
  type Program,
  table,
  type WebGpuBackend,
} from '@orchid-ml/backends/webgpu-host';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { longPlan } from '../../wgsl/long-plan.ts';
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
import { runChirped } from './chirped.ts';
import { runLong } from './long.ts';
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
  /** inputs, by the names that the operation's buffers have */
  readonly inputs: Readonly<Record<string, Bound>>;
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
  const { operation, n, layout, inputs, params } = call;
  const lanes = lanesOf(layout, n, operations[operation].of);
  const made = Object.entries(call.outputs).map(([name, shape]) => [name, makeOutput(backend, shape)] as const);
  const buffers = { ...inputs, ...Object.fromEntries(made) };
  try {
    runPasses(backend, operation, n, lanes, buffers, { ...lanes.params, ...params });
  } catch (error) {
    for (const [, { dataId }] of made) backend.disposeData(dataId);
    throw error;
  }
  return made.map(([, output]) => output);
}

function runPasses(
  backend: WebGpuBackend,
  operation: OperationName,
  n: number,
  lanes: Lanes,
  buffers: Readonly<Record<string, Bound>>,
  params: Readonly<Record<string, number>>,
): void {
  const { limits } = backend.device;
  const signals = lanes.outers * lanes.pairs;
  if (signals === 0) return;
  const together = lanesFor(n, signals, limits);
  if (together > 0) {
    const transform = sharedTransform(n, together, invocationsFor(n, together, limits));
    dispatch(backend, onePass(operation)(transform), {
      buffers: { ...buffers, table: table(backend, transform.table.key, transform.table.make) },
      params: { ...params, signals },
      groups: Math.ceil(signals / together),
    });
    return;
  }
  const plan = longPlan(n, limits);
  if (plan) runLong(backend, operation, plan, lanes, buffers, params);
  else runChirped(backend, operation, n, lanes, buffers, params);
}
