// Layer normalisation in WGSL: a row's values stay in the registers of the lanes that share it, so that it is read once.
import { cached, type Program } from '../webgpu-host/index.ts';
import { exists, place, rowLayout, rowSum, rowSumParams, rowSumShared, workgroupSize } from './rows.ts';
import { enabling, type Lane, lines, storedAs, total } from './values.ts';

/** Rows of `channels` values: y, and each row's mean and inverse deviation. One workgroup for `rowLayout(..).rows` rows. */
export const layerNormProgram = cached(
  (channels: number, lane: Lane, hasWeight: boolean, hasBias: boolean): Program => {
    const layout = rowLayout(channels, lane);
    const { elements, lanes, perLane, rows } = layout;
    const when = (i: number, statement: string): string => {
      const condition = exists(layout, i);
      return condition === null ? statement : `if (${condition}) { ${statement} }`;
    };
    const scaled = (i: number): string => {
      const at = `lane + ${i * lanes}u`;
      const weighted = `(v${i} - mu) * ${hasWeight ? `(scale * weight[${at}])` : 'scale'}`;
      return hasBias ? `${weighted} + bias[${at}]` : weighted;
    };
    return {
      name: 'layerNorm',
      buffers: [
        { name: 'x', access: 'read', type: lane },
        ...(hasWeight ? [{ name: 'weight', access: 'read' as const, type: lane }] : []),
        ...(hasBias ? [{ name: 'bias', access: 'read' as const, type: lane }] : []),
        { name: 'y', access: 'read_write', type: lane },
        { name: 'mean', access: 'read_write' },
        { name: 'inverseDeviation', access: 'read_write' },
      ],
      params: { rows: 'u32', eps: 'f32', ...rowSumParams },
      workgroupSize,
      shared: rowSumShared('f32'),
      declarations: rowSum(layout, 'f32'),
      body: `
${place(layout)}
let row = group * ${rows} + slot;
let isRow = row < params.rows;
let start = row * ${elements}u + lane;
${lines(perLane, (i) => `var v${i} = ${lane}(0);`)}
if (isRow) {
${lines(perLane, (i) => `  ${when(i, `v${i} = x[start + ${i * lanes}u];`)}`)}
}
let mu = rowSum(local, ${total(lane, Array.from({ length: perLane }, (_, i) => `v${i}`).join(' + '))}) / ${channels}.0;
var squares = ${lane}(0);
${lines(perLane, (i) => when(i, `squares += (v${i} - mu) * (v${i} - mu);`))}
let scale = inverseSqrt(rowSum(local, ${total(lane, 'squares')}) / ${channels}.0 + params.eps);
if (isRow) {
${lines(perLane, (i) => `  ${when(i, `y[start + ${i * lanes}u] = ${scaled(i)};`)}`)}
  if (lane == 0) {
    mean[row] = mu;
    inverseDeviation[row] = scale;
  }
}`,
    };
  },
);

/**
 * dx, and for each workgroup the sums over its rows that dweight and dbias consist of, [groups, 2, channels]. Workgroups take
 * turns: `params.blocks` blocks of `rowLayout(..).rows` rows, which `params.slots` repeats: compilers take long to unroll a loop
 * of that many turns, for nothing. x is perhaps x - mean, in half precision.
 */
export const layerNormGradProgram = cached(
  (channels: number, lane: Lane, hasWeight: boolean, isCentred: boolean): Program => {
    const layout = rowLayout(channels, lane);
    const { elements, lanes, perLane, rows } = layout;
    const when = (i: number, statement: string): string => {
      const condition = exists(layout, i);
      return condition === null ? statement : `if (${condition}) { ${statement} }`;
    };
    const store = (i: number, what: string, which: number): string => `
workgroupBarrier();
sums[local] = ${what}${i};
workgroupBarrier();
if (slot == 0) {
  var sum = sums[lane];
  for (var s = 1u; s < params.slots; s++) { sum += sums[s * ${lanes}u + lane]; }
  ${when(i, `partial[(group * 2 + ${which}) * ${elements}u + lane + ${i * lanes}u] = sum;`)}
}`;
    const sumOf = (name: string): string =>
      total(lane, Array.from({ length: perLane }, (_, i) => `${name}${i}`).join(' + '));
    const centred = (x: string): string => (isCentred ? `${lane}(${x})` : `(${x} - mu)`);
    return {
      name: 'layerNorm, gradient',
      buffers: [
        { name: 'x', access: 'read', type: storedAs(lane, isCentred) },
        { name: 'dy', access: 'read', type: lane },
        ...(isCentred ? [] : [{ name: 'mean', access: 'read' as const }]),
        { name: 'inverseDeviation', access: 'read' },
        ...(hasWeight ? [{ name: 'weight', access: 'read' as const, type: lane }] : []),
        { name: 'dx', access: 'read_write', type: lane },
        { name: 'partial', access: 'read_write', type: lane },
      ],
      params: { rows: 'u32', blocks: 'u32', slots: 'u32', ...rowSumParams },
      workgroupSize,
      ...enabling(isCentred),
      shared: { ...rowSumShared('vec2f'), sums: `array<${lane}, ${workgroupSize}>` },
      declarations: rowSum(layout, 'vec2f'),
      body: `
${place(layout)}
${lines(perLane, (i) => `var dweight${i} = ${lane}(0);\nvar dbias${i} = ${lane}(0);`)}
for (var block = group; block < params.blocks; block += params.groups) {
  let row = block * ${rows} + slot;
  let isRow = row < params.rows;
  let start = row * ${elements}u + lane;
${isCentred ? '' : '  var mu = 0.0;\n'}  var scale = 0.0;
${lines(perLane, (i) => `  var n${i} = ${lane}(0);\n  var g${i} = ${lane}(0);`)}
  if (isRow) {
${isCentred ? '' : '    mu = mean[row];\n'}    scale = inverseDeviation[row];
${lines(perLane, (i) => `    ${when(i, `n${i} = ${centred(`x[start + ${i * lanes}u]`)} * scale; g${i} = dy[start + ${i * lanes}u];`)}`)}
  }
${lines(perLane, (i) => `  dweight${i} += g${i} * n${i};\n  dbias${i} += g${i};`)}
${hasWeight ? lines(perLane, (i) => `  ${when(i, `g${i} *= weight[lane + ${i * lanes}u];`)}`) : ''}
${lines(perLane, (i) => `  let p${i} = g${i} * n${i};`)}
  let means = rowSum(local, vec2f(${sumOf('g')}, ${sumOf('p')})) / ${channels}.0;
  if (isRow) {
${lines(perLane, (i) => `    ${when(i, `dx[start + ${i * lanes}u] = scale * (g${i} - means.x - n${i} * means.y);`)}`)}
  }
}
${lines(perLane, (i) => store(i, 'dweight', 0) + store(i, 'dbias', 1))}`,
    };
  },
);
