// Grouped convolution over a sequence on the webgpu engine: depthwise one dispatch forward and two back, else one and three.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GroupedConv1dAttrs } from '../../plain/grouped-conv1d.ts';
import { dispatch, halfOf, makeOutput, type WebGpuBackend, withScratch } from '../../webgpu-host/index.ts';
import {
  channelLanes,
  groupedConv1dGradProgram,
  groupedConv1dProgram,
  longestUnrolled,
  positionsOfRun,
  rowsOfChunk,
} from '../../wgsl/grouped-conv1d.ts';
import {
  generalInputGradProgram,
  generalProgram,
  generalWeightGradProgram,
} from '../../wgsl/grouped-conv1d-general.ts';
import { workgroupSize } from '../../wgsl/rows.ts';
import { sumRowsInto } from '../../wgsl/sum-rows.ts';
import { laneOf, widthOf } from '../../wgsl/values.ts';
import { input, registerKernelOnce, sizeOf } from '../register.ts';
import { zeros } from './run.ts';

/** Chunks that the general weight gradient is cut into at most. */
const mostChunks = 64;

const groupsFor = (invocations: number): number => Math.ceil(invocations / workgroupSize);

/** Outputs of a channel where the convolution is depthwise and its filters fit into registers, else null. */
function multiplierOf({ inputs, outputs, groups, taps }: GroupedConv1dAttrs): number | null {
  const multiplier = outputs / groups;
  return inputs === groups && multiplier * taps <= longestUnrolled ? multiplier : null;
}

function generalParams({ batch, length, inputs, outputs, groups, taps }: GroupedConv1dAttrs) {
  return { batch, length, inputs, outputs, inGroup: inputs / groups, outGroup: outputs / groups, taps };
}

registerKernelOnce<WebGpuBackend>('OrchidGroupedConv1d', 'webgpu', (args) => {
  const { backend } = args;
  const sizes = args.attrs as unknown as GroupedConv1dAttrs;
  const { batch, length, inputs, outputs, taps, padding, mode } = sizes;
  const { bias } = args.inputs;
  const y = makeOutput(backend, [batch, length, outputs]);
  const buffers = { x: input(args, 'x'), weight: input(args, 'weight'), ...(bias && { bias }), y };
  const multiplier = multiplierOf(sizes);
  if (multiplier === null) {
    const program = generalProgram(taps, padding, mode, bias !== undefined);
    dispatch(backend, program, { buffers, params: generalParams(sizes), groups: groupsFor(batch * length * outputs) });
    return y;
  }
  const lane = multiplier === 1 ? laneOf(inputs) : 'f32';
  const channels = inputs / widthOf(lane);
  const runs = Math.ceil(length / positionsOfRun);
  dispatch(backend, groupedConv1dProgram(lane, multiplier, taps, padding, mode, bias !== undefined), {
    buffers,
    params: { batch, length, channels, runs },
    groups: groupsFor(batch * runs * channels),
  });
  return y;
});

registerKernelOnce<WebGpuBackend>('OrchidGroupedConv1dGrad', 'webgpu', (args) => {
  const { backend } = args;
  const sizes = args.attrs as unknown as GroupedConv1dAttrs;
  const { batch, length, outputs } = sizes;
  const [x, weight, dy] = [input(args, 'x'), input(args, 'weight'), input(args, 'dy')];
  const dx = makeOutput(backend, x.shape);
  if (batch * length * outputs === 0) return [dx, zeros(backend, weight.shape), zeros(backend, [outputs])];
  const [dweight, dbias] = [makeOutput(backend, weight.shape), makeOutput(backend, [outputs])];
  const multiplier = multiplierOf(sizes);
  const gradient = { x, weight, dy, dx };
  const { rows, run } =
    multiplier === null ? general(backend, sizes, gradient) : depthwise(backend, sizes, multiplier, gradient);
  const weights = sizeOf(weight.shape);
  withScratch(backend, rows * (weights + outputs), (partial) => {
    run(partial);
    sumRowsInto(backend, partial, rows, [dweight, dbias], laneOf(weights, outputs));
  });
  return [dx, dweight, dbias];
});

interface Gradient {
  readonly x: TensorInfo;
  readonly weight: TensorInfo;
  readonly dy: TensorInfo;
  readonly dx: TensorInfo;
}

/** What writes dx, and partial sums of the weights' and the bias's gradients in so many rows. */
interface Pass {
  readonly rows: number;
  run(partial: TensorInfo): void;
}

function depthwise(
  backend: WebGpuBackend,
  { batch, length, inputs, taps, padding, mode }: GroupedConv1dAttrs,
  multiplier: number,
  gradient: Gradient,
): Pass {
  const lane = multiplier === 1 ? laneOf(inputs) : 'f32';
  const channels = inputs / widthOf(lane);
  const lanes = channelLanes(channels);
  const chunks = Math.ceil(length / rowsOfChunk);
  const slots = workgroupSize / lanes;
  const rows = Math.ceil((batch * chunks) / slots);
  const half = halfOf(backend, gradient.x);
  return {
    rows,
    run: (partial) =>
      dispatch(backend, groupedConv1dGradProgram(lane, lanes, multiplier, taps, padding, mode, half !== undefined), {
        buffers: { ...gradient, x: half ?? gradient.x, partial },
        params: { batch, length, channels, chunks, slots },
        groups: rows * Math.ceil(channels / lanes),
      }),
  };
}

function general(backend: WebGpuBackend, sizes: GroupedConv1dAttrs, { x, weight, dy, dx }: Gradient): Pass {
  const { batch, length, inputs, outputs, taps, padding, mode } = sizes;
  const params = generalParams(sizes);
  const chunk = Math.ceil((batch * length) / mostChunks);
  const chunks = Math.ceil((batch * length) / chunk);
  return {
    rows: chunks,
    run(partial) {
      const buffers = { weight, dy, dx };
      const groups = groupsFor(batch * length * inputs);
      dispatch(backend, generalInputGradProgram(taps, padding, mode), { buffers, params, groups });
      dispatch(backend, generalWeightGradProgram(taps, padding, mode), {
        buffers: { x, dy, partial },
        params: { ...params, chunk, chunks },
        groups: groupsFor(chunks * (sizeOf(weight.shape) + outputs)),
      });
    },
  };
}
