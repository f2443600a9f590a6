// Layer normalisation on the webgpu engine: one dispatch forward, two back; for as many rows at once as the device binds.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { dispatch, halfOf, makeOutput, type WebGpuBackend, withScratch } from '../../webgpu-host/index.ts';
import { layerNormGradProgram, layerNormProgram } from '../../wgsl/layer-norm.ts';
import { rowLayout, rowSumCounts } from '../../wgsl/rows.ts';
import { sumRowsInto } from '../../wgsl/sum-rows.ts';
import { laneOf } from '../../wgsl/values.ts';
import { input, registerKernelOnce, sizeOf } from '../register.ts';
import { dividedInto, zeros } from './run.ts';

/** Workgroups of the way back: enough for a large device, and few sums to be added up afterwards. */
const mostGroups = 256;

registerKernelOnce<WebGpuBackend>('OrchidLayerNorm', 'webgpu', (args) => {
  const { backend, inputs, attrs } = args;
  const x = input(args, 'x');
  const [rows, channels] = rowsOf(x);
  const [y, mean, inverseDeviation] = [x.shape, [rows], [rows]].map((shape) => makeOutput(backend, shape)) as [
    TensorInfo,
    TensorInfo,
    TensorInfo,
  ];
  const { weight, bias } = inputs;
  const lane = laneOf(channels);
  const layout = rowLayout(channels, lane);
  const program = layerNormProgram(channels, lane, weight !== undefined, bias !== undefined);
  for (const part of dividedInto(backend, { op: 'layerNorm', item: 'a row', count: rows, values: [channels, 1] })) {
    dispatch(backend, program, {
      buffers: {
        x: part.of(x, channels),
        ...(weight && { weight }),
        ...(bias && { bias }),
        y: part.of(y, channels),
        mean: part.of(mean, 1),
        inverseDeviation: part.of(inverseDeviation, 1),
      },
      params: { rows: part.count, eps: attrs.eps as number, ...rowSumCounts(layout) },
      groups: Math.ceil(part.count / layout.rows),
    });
  }
  return [y, mean, inverseDeviation];
});

registerKernelOnce<WebGpuBackend>('OrchidLayerNormGrad', 'webgpu', (args) => {
  const { backend, inputs } = args;
  const x = input(args, 'x');
  const [rows, channels] = rowsOf(x);
  const dx = makeOutput(backend, x.shape);
  if (rows === 0) return [dx, zeros(backend, [channels]), zeros(backend, [channels])];
  const [dweight, dbias] = [makeOutput(backend, [channels]), makeOutput(backend, [channels])];
  const { weight } = inputs;
  const lane = laneOf(channels);
  const layout = rowLayout(channels, lane);
  const slots = layout.rows;
  const [dy, mean, inverseDeviation] = ['dy', 'mean', 'inverseDeviation'].map((name) => input(args, name)) as [
    TensorInfo,
    TensorInfo,
    TensorInfo,
  ];
  const half = args.attrs.isCentred === true ? halfOf(backend, x)! : undefined;
  const program = layerNormGradProgram(channels, lane, weight !== undefined, half !== undefined);
  const divided = {
    op: 'layerNorm',
    item: 'a row',
    count: rows,
    values: [channels, 1],
    halves: half ? [channels] : [],
  };
  // Their sums are bound too.
  const most = Math.floor(backend.device.limits.maxStorageBufferBindingSize / (8 * channels));
  for (const part of dividedInto(backend, divided)) {
    const blocks = Math.ceil(part.count / slots);
    const groups = Math.max(1, Math.min(blocks, mostGroups, most));
    withScratch(backend, 2 * groups * channels, (partial) => {
      dispatch(backend, program, {
        buffers: {
          x: half ? part.ofHalf(half, channels) : part.of(x, channels),
          dy: part.of(dy, channels),
          ...(half ? {} : { mean: part.of(mean, 1) }),
          inverseDeviation: part.of(inverseDeviation, 1),
          ...(weight && { weight }),
          dx: part.of(dx, channels),
          partial,
        },
        params: { rows: part.count, blocks, slots, ...rowSumCounts(layout) },
        groups,
      });
      sumRowsInto(backend, partial, groups, [dweight, dbias], lane, part.first > 0);
    });
  }
  return [dx, dweight, dbias];
});

function rowsOf(x: TensorInfo): [number, number] {
  const channels = x.shape.at(-1) ?? 1;
  return [channels === 0 ? 0 : sizeOf(x.shape) / channels, channels];
}
