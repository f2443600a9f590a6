// Layer normalisation on the webgpu engine: one dispatch forward, two back.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { dispatch, halfOf, makeOutput, type WebGpuBackend, withScratch } from '../../webgpu-host/index.ts';
import { layerNormGradProgram, layerNormProgram } from '../../wgsl/layer-norm.ts';
import { rowLayout, rowSumCounts } from '../../wgsl/rows.ts';
import { sumRowsInto } from '../../wgsl/sum-rows.ts';
import { laneOf } from '../../wgsl/values.ts';
import { input, registerKernelOnce, sizeOf } from '../register.ts';
import { zeros } from './run.ts';

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
  dispatch(backend, layerNormProgram(channels, lane, weight !== undefined, bias !== undefined), {
    buffers: { x, ...(weight && { weight }), ...(bias && { bias }), y, mean, inverseDeviation },
    params: { rows, eps: attrs.eps as number, ...rowSumCounts(layout) },
    groups: Math.ceil(rows / layout.rows),
  });
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
  const blocks = Math.ceil(rows / slots);
  const groups = Math.min(blocks, mostGroups);
  withScratch(backend, 2 * groups * channels, (partial) => {
    const [dy, mean, inverseDeviation] = ['dy', 'mean', 'inverseDeviation'].map((name) => input(args, name)) as [
      TensorInfo,
      TensorInfo,
      TensorInfo,
    ];
    const half = args.attrs.isCentred === true ? halfOf(backend, x)! : undefined;
    dispatch(backend, layerNormGradProgram(channels, lane, weight !== undefined, half !== undefined), {
      buffers: {
        x: half ?? x,
        dy,
        ...(half ? {} : { mean }),
        inverseDeviation,
        ...(weight && { weight }),
        dx,
        partial,
      },
      params: { rows, blocks, slots, ...rowSumCounts(layout) },
      groups,
    });
    sumRowsInto(backend, partial, groups, [dweight, dbias], lane);
  });
  return [dx, dweight, dbias];
});

function rowsOf(x: TensorInfo): [number, number] {
  const channels = x.shape.at(-1) ?? 1;
  return [channels === 0 ? 0 : sizeOf(x.shape) / channels, channels];
}
