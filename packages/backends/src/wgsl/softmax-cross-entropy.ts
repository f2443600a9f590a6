// Softmax cross entropy in WGSL: one pass over each row keeps its largest logit so far and the sum of exponentials below it.
import { cached, type Program } from '../webgpu-host/index.ts';
import { elementwise } from './elementwise.ts';
import { workgroupSize } from './rows.ts';
import { enabling, type Lane, storedAs, total } from './values.ts';

/** Lanes that share a row of so many classes (elements), a power of two. */
export function lanesOfRow(elements: number): number {
  let lanes = 1;
  while (lanes < workgroupSize && lanes * 8 < elements) lanes *= 2;
  return lanes;
}

/**
 * Per row of `classes` logits (in elements) its loss and log Σ exp; NaN where the label is no class, since a shader cannot
 * throw. A workgroup takes `workgroupSize / lanes` rows.
 */
export const softmaxCrossEntropyProgram = cached((lanes: number, lane: Lane): Program => {
  const vector = lane === 'vec4f';
  return {
    name: 'softmaxCrossEntropy',
    buffers: [
      { name: 'logits', access: 'read', type: lane },
      { name: 'labels', access: 'read', type: 'i32' },
      { name: 'loss', access: 'read_write' },
      { name: 'logSum', access: 'read_write' },
    ],
    params: { rows: 'u32', classes: 'u32', nan: 'f32' },
    workgroupSize,
    shared: { tops: `array<f32, ${workgroupSize}>`, sums: `array<f32, ${workgroupSize}>` },
    body: `
let slot = local / ${lanes}u;
let lane = local % ${lanes}u;
let row = group * ${workgroupSize / lanes}u + slot;
var top = -3.4e38;
var sum = 0.0;
if (row < params.rows) {
  for (var c = lane; c < params.classes; c += ${lanes}u) {
    let v = logits[row * params.classes + c];
    let highest = max(top, ${vector ? 'max(max(v.x, v.y), max(v.z, v.w))' : 'v'});
    let e = exp(v - highest);
    sum = sum * exp(top - highest) + ${total(lane, 'e')};
    top = highest;
  }
}
tops[local] = top;
sums[local] = sum;
for (var apart = ${lanes >> 1}u; apart > 0; apart /= 2) {
  workgroupBarrier();
  if (lane < apart) {
    let highest = max(tops[local], tops[local + apart]);
    sums[local] = sums[local] * exp(tops[local] - highest) + sums[local + apart] * exp(tops[local + apart] - highest);
    tops[local] = highest;
  }
}
if (lane == 0 && row < params.rows) {
  let label = labels[row];
  let isClass = label >= 0 && u32(label) < params.classes * ${vector ? '4' : '1'}u;
  let at = u32(select(0, label, isClass));
  let chosen = ${vector ? 'logits[row * params.classes + at / 4][at % 4]' : 'logits[row * params.classes + at]'};
  let logarithm = log(sums[local]);
  loss[row] = select(params.nan, (tops[local] - chosen) + logarithm, isClass);
  logSum[row] = tops[local] + logarithm;
}`,
  };
});

/** dlogits = dy·(softmax(logits) - onehot(label)), given logits - logSum in half precision, or logits */
export const softmaxCrossEntropyGradProgram = cached((lane: Lane, isNormalised: boolean): Program => {
  const hot =
    lane === 'vec4f'
      ? 'select(vec4f(0), vec4f(1), vec4i(i32(c) * 4) + vec4i(0, 1, 2, 3) == vec4i(labels[row]))'
      : 'select(0.0, 1.0, i32(c) == labels[row])';
  const program = elementwise(
    'softmaxCrossEntropy, gradient',
    lane,
    ['logits'],
    'dlogits',
    'gradient(i)',
    `
fn gradient(i: u32) -> ${lane} {
  let row = i / params.classes;
  let c = i % params.classes;
  return dy[row] * (exp(${isNormalised ? `${lane}(logits[i])` : 'logits[i] - logSum[row]'}) - ${hot});
}`,
  );
  const [logits, dlogits] = program.buffers;
  return {
    ...program,
    ...enabling(isNormalised),
    buffers: [
      { ...logits!, type: storedAs(lane, isNormalised) },
      dlogits!,
      { name: 'labels', access: 'read', type: 'i32' },
      ...(isNormalised ? [] : [{ name: 'logSum', access: 'read' as const }]),
      { name: 'dy', access: 'read' },
    ],
    params: { ...program.params, classes: 'u32' },
  };
});
