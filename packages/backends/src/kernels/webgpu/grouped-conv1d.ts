// Grouped convolution over a sequence on the webgpu engine: depthwise one dispatch forward and two back, else one and three; for as
// many examples at once as the device binds.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GroupedConv1dAttrs } from '../../plain/grouped-conv1d.ts';
import { type Bound, dispatch, halfOf, makeOutput, type WebGpuBackend, withScratch } from '../../webgpu-host/index.ts';
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
import { dividedInto, type Part, zeros } from './run.ts';

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

/** The examples in parts; of x that lies in half precision, its words are divided. */
function examplesOf(backend: WebGpuBackend, sizes: GroupedConv1dAttrs, isHalf: boolean): Part[] {
  const { batch, length, inputs, outputs } = sizes;
  const [ins, outs] = [length * inputs, length * outputs];
  const divided = { op: 'groupedConv1d', item: 'an example', count: batch };
  return dividedInto(backend, { ...divided, values: [ins, outs], halves: isHalf ? [ins] : [] });
}

registerKernelOnce<WebGpuBackend>('OrchidGroupedConv1d', 'webgpu', (args) => {
  const { backend } = args;
  const sizes = args.attrs as unknown as GroupedConv1dAttrs;
  const { batch, length, inputs, outputs, taps, padding, mode } = sizes;
  const { bias } = args.inputs;
  const [x, weight] = [input(args, 'x'), input(args, 'weight')];
  const y = makeOutput(backend, [batch, length, outputs]);
  const multiplier = multiplierOf(sizes);
  const lane = multiplier === 1 ? laneOf(inputs) : 'f32';
  const channels = inputs / widthOf(lane);
  const runs = Math.ceil(length / positionsOfRun);
  const program =
    multiplier === null
      ? generalProgram(taps, padding, mode, bias !== undefined)
      : groupedConv1dProgram(lane, multiplier, taps, padding, mode, bias !== undefined);
  for (const part of examplesOf(backend, sizes, false)) {
    const some = { ...sizes, batch: part.count };
    dispatch(backend, program, {
      buffers: {
        x: part.of(x, length * inputs),
        weight,
        ...(bias && { bias }),
        y: part.of(y, length * outputs),
      },
      params: multiplier === null ? generalParams(some) : { batch: part.count, length, channels, runs },
      groups: groupsFor(part.count * (multiplier === null ? length * outputs : runs * channels)),
    });
  }
  return y;
});

registerKernelOnce<WebGpuBackend>('OrchidGroupedConv1dGrad', 'webgpu', (args) => {
  const { backend } = args;
  const sizes = args.attrs as unknown as GroupedConv1dAttrs;
  const { batch, length, inputs, outputs } = sizes;
  const [x, weight, dy] = [input(args, 'x'), input(args, 'weight'), input(args, 'dy')];
  const dx = makeOutput(backend, x.shape);
  if (batch * length * outputs === 0) return [dx, zeros(backend, weight.shape), zeros(backend, [outputs])];
  const [dweight, dbias] = [makeOutput(backend, weight.shape), makeOutput(backend, [outputs])];
  const multiplier = multiplierOf(sizes);
  const half = multiplier === null ? undefined : halfOf(backend, x);
  const weights = sizeOf(weight.shape);
  for (const part of examplesOf(backend, sizes, half !== undefined)) {
    const some = { ...sizes, batch: part.count };
    const gradient = {
      x: half ? part.ofHalf(half, length * inputs) : part.of(x, length * inputs),
      weight,
      dy: part.of(dy, length * outputs),
      dx: part.of(dx, length * inputs),
    };
    const { rows, run } =
      multiplier === null
        ? general(backend, some, gradient, weights)
        : depthwise(backend, some, multiplier, gradient, half !== undefined);
    withScratch(backend, rows * (weights + outputs), (partial) => {
      run(partial);
      sumRowsInto(backend, partial, rows, [dweight, dbias], laneOf(weights, outputs), part.first > 0);
    });
  }
  return [dx, dweight, dbias];
});

/** What the gradient's programs bind of some examples. */
interface Gradient {
  readonly x: Bound;
  readonly weight: TensorInfo;
  readonly dy: Bound;
  readonly dx: Bound;
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
  isHalf: boolean,
): Pass {
  const lane = multiplier === 1 ? laneOf(inputs) : 'f32';
  const channels = inputs / widthOf(lane);
  const lanes = channelLanes(channels);
  const chunks = Math.ceil(length / rowsOfChunk);
  const slots = workgroupSize / lanes;
  const rows = Math.ceil((batch * chunks) / slots);
  return {
    rows,
    run: (partial) =>
      dispatch(backend, groupedConv1dGradProgram(lane, lanes, multiplier, taps, padding, mode, isHalf), {
        buffers: { ...gradient, partial },
        params: { batch, length, channels, chunks, slots },
        groups: rows * Math.ceil(channels / lanes),
      }),
  };
}

function general(
  backend: WebGpuBackend,
  sizes: GroupedConv1dAttrs,
  { x, weight, dy, dx }: Gradient,
  weights: number,
): Pass {
  const { batch, length, inputs, outputs, taps, padding, mode } = sizes;
  const params = generalParams(sizes);
  // A row of sums for each chunk is bound too.
  const most = Math.floor(backend.device.limits.maxStorageBufferBindingSize / (4 * (weights + outputs)));
  const chunk = Math.ceil((batch * length) / Math.max(1, Math.min(mostChunks, most)));
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
        groups: groupsFor(chunks * (weights + outputs)),
      });
    },
  };
}
