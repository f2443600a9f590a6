// Grouped convolution over a sequence in WGSL for groups and filters of any size: one invocation a value, nothing shared.
import type { ConvPadding, PaddingMode } from '../plain/padded-rows.ts';
import { type BufferSlot, cached, type Program } from '../webgpu-host/index.ts';
import { otherPositions, paddingBefore, rowOf } from './padding.ts';
import { workgroupSize } from './rows.ts';

const params = {
  batch: 'u32',
  length: 'u32',
  inputs: 'u32',
  outputs: 'u32',
  inGroup: 'u32',
  outGroup: 'u32',
  taps: 'u32',
} as const;

const read = (name: string): BufferSlot => ({ name, access: 'read' });
const written = (name: string): BufferSlot => ({ name, access: 'read_write' });

/** y, an invocation a value */
export const generalProgram = cached(
  (taps: number, padding: ConvPadding, mode: PaddingMode, hasBias: boolean): Program => ({
    name: 'groupedConv1d',
    buffers: [read('x'), read('weight'), ...(hasBias ? [read('bias')] : []), written('y')],
    params,
    workgroupSize,
    declarations: rowOf(mode, paddingBefore(taps, padding)),
    body: `
let index = group * ${workgroupSize} + local;
let output = index % params.outputs;
let position = index / params.outputs % params.length;
let example = index / params.outputs / params.length;
if (example >= params.batch) { return; }
let first = output / params.outGroup * params.inGroup;
var sum = ${hasBias ? 'bias[output]' : '0.0'};
for (var t = 0u; t < params.taps; t++) {
  let row = rowOf(i32(position + t), i32(params.length));
  if (row >= 0 && row < i32(params.length)) {
    let start = (example * params.length + u32(row)) * params.inputs + first;
    for (var i = 0u; i < params.inGroup; i++) {
      sum += weight[(output * params.inGroup + i) * params.taps + t] * x[start + i];
    }
  }
}
y[index] = sum;`,
  }),
);

/** dx, an invocation a value */
export const generalInputGradProgram = cached((taps: number, padding: ConvPadding, mode: PaddingMode): Program => {
  const before = paddingBefore(taps, padding);
  return {
    name: 'groupedConv1d, gradient of x',
    buffers: [read('weight'), read('dy'), written('dx')],
    params,
    workgroupSize,
    declarations: `
fn fedBy(position: i32, example: u32, channel: u32) -> f32 {
  let first = channel / params.inGroup * params.outGroup;
  var sum = 0.0;
  for (var t = 0u; t < params.taps; t++) {
    let row = position - i32(t);
    if (row >= 0 && row < i32(params.length)) {
      let start = (example * params.length + u32(row)) * params.outputs;
      for (var o = first; o < first + params.outGroup; o++) {
        sum += weight[(o * params.inGroup + channel % params.inGroup) * params.taps + t] * dy[start + o];
      }
    }
  }
  return sum;
}`,
    body: `
let index = group * ${workgroupSize} + local;
let channel = index % params.inputs;
let row = i32(index / params.inputs % params.length);
let example = index / params.inputs / params.length;
if (example >= params.batch) { return; }
let length = i32(params.length);
let positions = length + ${taps - 1};
var sum = fedBy(row + ${before}, example, channel);
${otherPositions(mode, before, 'sum += fedBy(position, example, channel);')}
dx[index] = sum;`,
  };
});

/**
 * The sums that dweight and dbias consist of, end to end in a row of `partial` for every chunk of `params.chunk` positions (of
 * all examples, one after another); an invocation for each.
 */
export const generalWeightGradProgram = cached(
  (taps: number, padding: ConvPadding, mode: PaddingMode): Program => ({
    name: 'groupedConv1d, gradient of the weights',
    buffers: [read('x'), read('dy'), written('partial')],
    params: { ...params, chunk: 'u32', chunks: 'u32' },
    workgroupSize,
    declarations: rowOf(mode, paddingBefore(taps, padding)),
    body: `
let weights = params.outputs * params.inGroup * params.taps;
let columns = weights + params.outputs;
let index = group * ${workgroupSize} + local;
let column = index % columns;
let chunk = index / columns;
if (chunk >= params.chunks) { return; }
let isWeight = column < weights;
let output = select(column - weights, column / params.taps / params.inGroup, isWeight);
let input = output / params.outGroup * params.inGroup + column / params.taps % params.inGroup;
let tap = column % params.taps;
let end = min((chunk + 1) * params.chunk, params.batch * params.length);
var sum = 0.0;
for (var at = chunk * params.chunk; at < end; at++) {
  let d = dy[at * params.outputs + output];
  if (!isWeight) {
    sum += d;
    continue;
  }
  let row = rowOf(i32(at % params.length + tap), i32(params.length));
  if (row >= 0 && row < i32(params.length)) {
    sum += d * x[(at / params.length * params.length + u32(row)) * params.inputs + input];
  }
}
partial[index] = sum;`,
  }),
);
