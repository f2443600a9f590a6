// The way back through type I conditioning in WGSL. A side goes back in two passes, since the convolution's transpose needs the
// norm's gradient at neighbouring rows: through the norm, then through the convolution to what was convolved.

import { type BufferSlot, cached, type Program } from '@orchid-ml/backends/webgpu-host';
import {
  type Lane,
  lines,
  otherPositions,
  rowSum,
  rowSumParams,
  rowSumShared,
  total,
  workgroupSize,
} from '@orchid-ml/backends/wgsl';
import {
  convolve,
  eachElement,
  loading,
  measuring,
  parameter,
  parameterRows,
  placeOfRun,
  rowsOfRun,
  type Source,
  sideLayout,
  sourceBuffers,
} from './conditioning-side.ts';
import { normalise } from './phase-suppression.ts';

type Arguments = [Lane, number, number, number, 'zeros' | 'reflect' | 'circular', boolean, Source];

/** Rows that an invocation of the convolution's way back goes through. */
export const rowsOfChunk = 16;

const named = (name: string, parts: number, access: BufferSlot['access'], type: Lane): BufferSlot[] =>
  Array.from({ length: parts }, (_, part) => ({ name: `${name}${part}`, access, type }));

/**
 * From dy0 (and dy1), the gradients of the side's parts, to d0 (and d1), those of the convolution's; and for each workgroup a row
 * of sums [parts][norm's weight, norm's bias][width]. Workgroups take turns: `params.blocks`.
 */
export const normGradProgram = cached((...args: Arguments): Program => {
  const [lane, width, parts, taps, , , source] = args;
  const layout = sideLayout(lane, width);
  const { elements, lanes, perLane } = layout;
  const { variables, statements } = convolve(args);
  const eachPart = (text: (part: number) => string): string => lines(parts, text);
  const eachRow = (text: (r: number) => string): string => lines(rowsOfRun, text);
  const sumOf = (r: number, term: (name: string) => string): string =>
    total(
      lane,
      Array.from({ length: perLane * parts }, (_, k) => term(`${Math.floor(k / parts)}_${r}_${k % parts}`)).join(' + '),
    );
  const overRows = (term: (r: number) => string): string => `vec4f(${[0, 1, 2, 3].map(term).join(', ')})`;
  const isRow = (r: number): string => `example < params.batch && first + ${r} < params.length`;
  const at = (i: number, r: number): string =>
    `(example * params.length + first + ${r}) * ${elements}u + lane + ${i * lanes}u`;
  // From here on c is the normalised value and g the gradient, first of it, then of the convolution.
  const scaled = (i: number, r: number, part: number): string => `
c${i}_${r}_${part} = (c${i}_${r}_${part} - mean[${r}]) * scale[${r}];
s${i}_${part}_0 += g${i}_${r}_${part} * c${i}_${r}_${part};
s${i}_${part}_1 += g${i}_${r}_${part};
g${i}_${r}_${part} *= ${parameter(args, part, taps + 1, i)};`;
  const store = (i: number, part: number, row: number): string => `
workgroupBarrier();
sums[local] = s${i}_${part}_${row};
workgroupBarrier();
if (local < ${lanes}u && lane + ${i * lanes}u < ${elements}u) {
  var sum = sums[local];
  for (var s = 1u; s < params.slots; s++) { sum += sums[s * ${lanes}u + local]; }
  partial[group * ${2 * parts * elements}u + ${(2 * part + row) * elements + i * lanes}u + lane] = sum;
}`;
  return {
    name: 'phaseSuppression: norm, gradient',
    buffers: [
      ...sourceBuffers(source, lane),
      { name: 'parameters', access: 'read', type: lane },
      ...named('dy', parts, 'read', lane),
      ...named('d', parts, 'read_write', lane),
      { name: 'partial', access: 'read_write', type: lane },
    ],
    params: {
      batch: 'u32',
      length: 'u32',
      chunks: 'u32',
      eps: 'f32',
      blocks: 'u32',
      slots: 'u32',
      ...rowSumParams,
    },
    workgroupSize,
    shared: {
      ...rowSumShared('vec4f'),
      rowSums2: `array<mat2x4f, ${workgroupSize}>`,
      sums: `array<${lane}, ${workgroupSize}>`,
    },
    declarations: `${loading(args)}${rowSum(layout, 'vec4f')}${rowSum(layout, 'mat2x4f')
      .replaceAll('rowSums', 'rowSums2')
      .replace('fn rowSum', 'fn rowSum2')}`,
    body: `
let lane = local % ${lanes}u;
${lines(perLane, (i) => eachPart((part) => `var s${i}_${part}_0 = ${lane}(0);\nvar s${i}_${part}_1 = ${lane}(0);`))}
for (var block = group; block < params.blocks; block += params.groups) {
${placeOfRun(layout, 'block')}
${variables}
${lines(perLane, (i) => eachRow((r) => eachPart((part) => `var g${i}_${r}_${part} = ${lane}(0);`)))}
${eachElement(layout, (i) => {
  const loads = eachRow(
    (r) => `if (${isRow(r)}) {\n${eachPart((part) => `  g${i}_${r}_${part} = dy${part}[${at(i, r)}];`)}\n}`,
  );
  return `${statements(i)}\n${loads}`;
})}
${normalise(args)}
${eachElement(layout, (i) => eachRow((r) => eachPart((part) => scaled(i, r, part))))}
let means = rowSum2(local, mat2x4f(
  ${overRows((r) => sumOf(r, (name) => `g${name}`))},
  ${overRows((r) => sumOf(r, (name) => `g${name} * c${name}`))})) * ${1 / (width * parts)};
${eachElement(layout, (i) =>
  eachRow((r) => {
    const value = (part: number): string =>
      `scale[${r}] * (g${i}_${r}_${part} - means[0][${r}] - c${i}_${r}_${part} * means[1][${r}])`;
    return `if (${isRow(r)}) {\n${eachPart((part) => `  d${part}[${at(i, r)}] = ${value(part)};`)}\n}`;
  }),
)}
}
${lines(perLane, (i) => eachPart((part) => store(i, part, 0) + store(i, part, 1)))}`,
  };
});

/** What the gradient of the measured value, `sum`, is multiplied by for that of re (and im). */
const slopes: Record<Source, string> = {
  values: 'sum',
  power: '2 * sum',
  magnitude: 'select(sum / value, VALUE(0), value == VALUE(0))',
  realPower: '2 * sum * re[at]',
  realMagnitude: 'sum * sign(re[at])',
};

/**
 * From d0 (and d1), the gradients of the convolution's parts, to dre (and dim); and for each workgroup's chunks of rows the sums
 * [parts][weight's taps, bias][width]. `lanes` of a workgroup lie over the channels.
 */
export const convGradProgram = cached((lanes: number, ...args: Arguments): Program => {
  const [lane, width, parts, taps, mode, hasNorm, source] = args;
  const { elements } = sideLayout(lane, width);
  const before = (taps - 1) / 2;
  const isPair = source === 'power' || source === 'magnitude';
  const slope = slopes[source].replaceAll('VALUE', lane);
  const each = (text: (part: number, t: number) => string): string =>
    lines(parts * taps, (k) => text(Math.floor(k / taps), k % taps));
  const eachPart = (text: (part: number) => string): string => lines(parts, text);
  const weight = (part: number, t: number): string =>
    `parameters[${(part * parameterRows(taps, hasNorm) + t) * elements}u + channel]`;
  const fed = (part: number, t: number): string => `
{
  let d = load${part}(example, position - ${t}, channel);
  sum += w${part}_${t} * d;
  s${part}_${t} += value * d;
}`;
  const store = (part: number, row: number): string => `
workgroupBarrier();
sums[local] = s${part}_${row};
workgroupBarrier();
if (local < ${lanes}u && isChannel) {
  var total = sums[local];
  for (var s = 1u; s < params.slots; s++) { total += sums[s * ${lanes}u + local]; }
  partial[chunkGroup * ${parts * (taps + 1) * elements}u + ${(part * (taps + 1) + row) * elements}u + channel] = total;
}`;
  return {
    name: 'phaseSuppression: convolution, gradient',
    buffers: [
      ...sourceBuffers(source, lane),
      { name: 'parameters', access: 'read', type: lane },
      ...named('d', parts, 'read', lane),
      { name: 'dre', access: 'read_write', type: lane },
      ...(isPair ? [{ name: 'dim', access: 'read_write' as const, type: lane }] : []),
      { name: 'partial', access: 'read_write', type: lane },
    ],
    params: { batch: 'u32', length: 'u32', chunks: 'u32', slots: 'u32' },
    workgroupSize,
    shared: { sums: `array<${lane}, ${workgroupSize}>` },
    declarations: `${measuring(args)}
${eachPart(
  (part) => `
fn load${part}(example: u32, row: i32, channel: u32) -> ${lane} {
  if (row < 0 || row >= i32(params.length)) { return ${lane}(0); }
  return d${part}[(example * params.length + u32(row)) * ${elements}u + channel];
}`,
)}`,
    body: `
let lane = local % ${lanes}u;
let chunkGroup = group / ${Math.ceil(elements / lanes)}u;
let channel = group % ${Math.ceil(elements / lanes)}u * ${lanes}u + lane;
let isChannel = channel < ${elements}u;
let chunk = chunkGroup * params.slots + local / ${lanes}u;
let example = chunk / params.chunks;
let length = i32(params.length);
let positions = length + ${taps - 1};
${each((part, t) => `var s${part}_${t} = ${lane}(0);\nvar d${part}_${t} = ${lane}(0);`)}
${eachPart((part) => `var s${part}_${taps} = ${lane}(0);`)}
if (isChannel && example < params.batch) {
${each((part, t) => `  let w${part}_${t} = ${weight(part, t)};`)}
  let first = i32(chunk % params.chunks) * ${rowsOfChunk};
${each((part, t) => (t === taps - 1 ? '' : `  d${part}_${t} = load${part}(example, first - 1 + ${before} - ${t}, channel);`))}
  for (var row = first; row < min(first + ${rowsOfChunk}, length); row++) {
    let at = (example * params.length + u32(row)) * ${elements}u + channel;
    let value = measured(at);
${eachPart((part) => lines(taps - 1, (k) => `    d${part}_${taps - 1 - k} = d${part}_${taps - 2 - k};`))}
${eachPart((part) => `    d${part}_0 = load${part}(example, row + ${before}, channel);`)}
    var sum = ${Array.from({ length: parts * taps }, (_, k) => {
      const name = `${Math.floor(k / taps)}_${k % taps}`;
      return `w${name} * d${name}`;
    }).join(' + ')};
${each((part, t) => `    s${part}_${t} += value * d${part}_${t};`)}
${eachPart((part) => `    s${part}_${taps} += d${part}_${before};`)}
${otherPositions(mode, before, each(fed))}
    ${isPair ? `let slope = ${slope};\n    dre[at] = slope * re[at];\n    dim[at] = slope * im[at];` : `dre[at] = ${slope};`}
  }
}
${lines(parts * (taps + 1), (k) => store(Math.floor(k / (taps + 1)), k % (taps + 1)))}`,
  };
});

/** The gradients of a side's parameters: the sums of both passes added up, and put where torch's layout has them. */
export const unpackSideProgram = cached(
  (parts: number, taps: number, hasNorm: boolean): Program => ({
    name: 'phaseSuppression: parameters, gradient',
    buffers: [
      { name: 'convPartial', access: 'read' },
      ...(hasNorm ? [{ name: 'normPartial', access: 'read' as const }] : []),
      ...['dweight', 'dbias', ...(hasNorm ? ['dnormWeight', 'dnormBias'] : [])].map((name) => ({
        name,
        access: 'read_write' as const,
      })),
    ],
    params: { width: 'u32', convRows: 'u32', ...(hasNorm && { normRows: 'u32' }) },
    workgroupSize,
    shared: { sums: `array<f32, ${workgroupSize}>` },
    body: `
let index = group * 32 + local % 32;
let channel = index % params.width;
let row = index / params.width % ${parameterRows(taps, hasNorm)};
let part = index / params.width / ${parameterRows(taps, hasNorm)};
let at = channel * ${parts} + part;
var sum = 0.0;
if (part < ${parts}) {
  if (row <= ${taps}) {
    let column = (part * ${taps + 1} + row) * params.width + channel;
    for (var i = local / 32; i < params.convRows; i += 8) { sum += convPartial[i * params.width * ${parts * (taps + 1)} + column]; }
  }
  ${
    hasNorm
      ? `else {
    let column = (part * 2 + row - ${taps + 1}) * params.width + channel;
    for (var i = local / 32; i < params.normRows; i += 8) { sum += normPartial[i * params.width * ${2 * parts} + column]; }
  }`
      : ''
  }
}
sums[local] = sum;
workgroupBarrier();
if (local >= 32 || part >= ${parts}) { return; }
for (var i = 1u; i < 8; i++) { sum += sums[local + i * 32]; }
if (row < ${taps}) { dweight[at * ${taps} + row] = sum; }
else if (row == ${taps}) { dbias[at] = sum; }
${hasNorm ? `else if (row == ${taps + 1}) { dnormWeight[at] = sum; }\nelse { dnormBias[at] = sum; }` : ''}`,
  }),
);
