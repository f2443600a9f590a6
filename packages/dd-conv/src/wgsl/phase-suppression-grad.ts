// The way back through type I conditioning in WGSL. A side goes back in two passes, since the convolution's transpose needs the
// norm's gradient at neighbouring rows: to the convolution's output, with every parameter's sums; then to what was convolved.

import { cached, type Program } from '@orchid-ml/backends/webgpu-host';
import { type Lane, lines, otherPositions, rowSum, rowSumParams, rowSumShared, total, workgroupSize } from '@orchid-ml/backends/wgsl';
import {
  convolve,
  eachElement,
  loading,
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

/**
 * dconv [batch, length, parts, width], the gradient of the convolution's output, and for each workgroup a row of sums, laid out as
 * the packed parameters are. dy0 (and dy1) are the gradients of the side's parts. Workgroups take turns: `params.blocks`.
 */
export const sideGradProgram = cached((...args: Arguments): Program => {
  const [lane, width, parts, taps, , hasNorm, source] = args;
  const layout = sideLayout(lane, width);
  const rows = parameterRows(taps, hasNorm);
  const { variables, statements } = convolve(args);
  const eachPart = (text: (part: number) => string): string => lines(parts, text);
  const sums = (i: number, text: (part: number, row: number) => string): string =>
    lines(parts * rows, (k) => text(Math.floor(k / rows), k % rows)).replaceAll('$i', String(i));
  const overRows = (term: (r: number) => string): string => `vec4f(${[0, 1, 2, 3].map(term).join(', ')})`;
  const sumOf = (r: number, term: (i: number, part: number) => string): string =>
    total(
      lane,
      Array.from({ length: layout.perLane * parts }, (_, k) => term(Math.floor(k / parts), k % parts)).join(' + '),
    ).replaceAll('$r', String(r));
  // From here on c is the normalised value and g the gradient, first of it, then of the convolution.
  const back = hasNorm
    ? `
${eachElement(layout, (i) =>
  lines(rowsOfRun, (r) =>
    eachPart(
      (part) => `
c${i}_${r}_${part} = (c${i}_${r}_${part} - mean[${r}]) * scale[${r}];
s${i}_${part}_${taps + 1} += g${i}_${r}_${part} * c${i}_${r}_${part};
s${i}_${part}_${taps + 2} += g${i}_${r}_${part};
g${i}_${r}_${part} *= ${parameter(args, part, taps + 1, i)};`,
    ),
  ),
)}
let means = rowSum2(local, mat2x4f(
  ${overRows((r) => sumOf(r, (i, part) => `g${i}_$r_${part}`))},
  ${overRows((r) => sumOf(r, (i, part) => `g${i}_$r_${part} * c${i}_$r_${part}`))})) * ${1 / (width * parts)};
${eachElement(layout, (i) =>
  lines(rowsOfRun, (r) =>
    eachPart(
      (part) =>
        `g${i}_${r}_${part} = scale[${r}] * (g${i}_${r}_${part} - means[0][${r}] - c${i}_${r}_${part} * means[1][${r}]);`,
    ),
  ),
)}`
    : '';
  const store = (i: number): string =>
    sums(
      i,
      (part, row) => `
workgroupBarrier();
sums[local] = s${i}_${part}_${row};
workgroupBarrier();
if (local < ${layout.lanes}u && lane + ${i * layout.lanes}u < ${layout.elements}u) {
  var sum = sums[local];
  for (var s = 1u; s < params.slots; s++) { sum += sums[s * ${layout.lanes}u + local]; }
  partial[group * ${parts * rows * layout.elements}u + ${(part * rows + row) * layout.elements + i * layout.lanes}u + lane] = sum;
}`,
    );
  return {
    name: 'phaseSuppression: norm and parameters, gradient',
    buffers: [
      ...sourceBuffers(source, lane),
      { name: 'parameters', access: 'read', type: lane },
      ...Array.from({ length: parts }, (_, part) => ({ name: `dy${part}`, access: 'read' as const, type: lane })),
      { name: 'dconv', access: 'read_write', type: lane },
      { name: 'partial', access: 'read_write', type: lane },
    ],
    params: { batch: 'u32', length: 'u32', chunks: 'u32', eps: 'f32', blocks: 'u32', slots: 'u32', ...rowSumParams },
    workgroupSize,
    shared: {
      sums: `array<${lane}, ${workgroupSize}>`,
      ...(hasNorm && { ...rowSumShared('vec4f'), rowSums2: `array<mat2x4f, ${workgroupSize}>` }),
    },
    declarations: `${loading(args)}${
      hasNorm
        ? rowSum(layout, 'vec4f') +
          rowSum(layout, 'mat2x4f').replaceAll('rowSums', 'rowSums2').replace('fn rowSum', 'fn rowSum2')
        : ''
    }`,
    body: `
let lane = local % ${layout.lanes}u;
${lines(layout.perLane, (i) => sums(i, (part, row) => `var s${i}_${part}_${row} = ${lane}(0);`))}
for (var block = group; block < params.blocks; block += params.groups) {
${placeOfRun(layout, 'block')}
${variables}
${lines(layout.perLane, (i) => lines(rowsOfRun, (r) => eachPart((part) => `var g${i}_${r}_${part} = ${lane}(0);`)))}
${eachElement(
  layout,
  (i) => `${statements(i)}
${lines(
  rowsOfRun,
  (r) => `
if (example < params.batch && first + ${r} < params.length) {
  let at = (example * params.length + first + ${r}) * ${layout.elements}u + lane + ${i * layout.lanes}u;
${eachPart((part) => `  g${i}_${r}_${part} = dy${part}[at];`)}
}`,
)}`,
)}
${hasNorm ? normalise(args) : ''}
${back}
${eachElement(layout, (i) =>
  lines(
    rowsOfRun,
    (r) => `
${eachPart(
  (part) => `
${lines(taps, (t) => `s${i}_${part}_${t} += g${i}_${r}_${part} * v${i}_${r + t};`)}
s${i}_${part}_${taps} += g${i}_${r}_${part};`,
)}
if (example < params.batch && first + ${r} < params.length) {
  let at = (example * params.length + first + ${r}) * ${parts * layout.elements}u + lane + ${i * layout.lanes}u;
${eachPart((part) => `  dconv[at + ${part * layout.elements}u] = g${i}_${r}_${part};`)}
}`,
  ),
)}
}
${lines(layout.perLane, store)}`,
  };
});

/** What the gradient of the measured value is multiplied by for that of re (and im). */
const slopes: Record<Source, string> = {
  values: 'sum',
  power: '2 * sum',
  magnitude: 'select(sum / magnitude, VALUE(0), magnitude == VALUE(0))',
  realPower: '2 * sum * re[at]',
  realMagnitude: 'sum * sign(re[at])',
};

/** dre (and dim): the convolution's transpose, and the slope of what is measured. An invocation for each row and channel. */
export const sideInputGradProgram = cached((...args: Arguments): Program => {
  const [lane, width, parts, taps, mode, hasNorm, source] = args;
  const { elements } = sideLayout(lane, width);
  const before = (taps - 1) / 2;
  const isPair = source === 'power' || source === 'magnitude';
  const slope = slopes[source].replaceAll('VALUE', lane);
  const weight = (part: number, t: number): string =>
    `parameters[${(part * parameterRows(taps, hasNorm) + t) * elements}u + channel]`;
  return {
    name: 'phaseSuppression: convolution, gradient',
    buffers: [
      ...(source === 'values' ? [] : sourceBuffers(source, lane)),
      { name: 'parameters', access: 'read', type: lane },
      { name: 'dconv', access: 'read', type: lane },
      { name: 'dre', access: 'read_write', type: lane },
      ...(isPair ? [{ name: 'dim', access: 'read_write' as const, type: lane }] : []),
    ],
    params: { batch: 'u32', length: 'u32' },
    workgroupSize,
    declarations: `
fn fedBy(example: u32, position: i32, channel: u32) -> ${lane} {
  var sum = ${lane}(0);
${lines(
  taps,
  (t) => `
  if (position >= ${t} && position - ${t} < i32(params.length)) {
    let at = (example * params.length + u32(position - ${t})) * ${parts * elements}u + channel;
${lines(parts, (part) => `    sum += ${weight(part, t)} * dconv[at + ${part * elements}u];`)}
  }`,
)}
  return sum;
}`,
    body: `
let at = group * ${workgroupSize} + local;
let channel = at % ${elements}u;
let row = i32(at / ${elements}u % params.length);
let example = at / ${elements}u / params.length;
if (example >= params.batch) { return; }
let length = i32(params.length);
let positions = length + ${taps - 1};
var sum = fedBy(example, row + ${before}, channel);
${otherPositions(mode, before, 'sum += fedBy(example, position, channel);')}
${source === 'magnitude' ? `let magnitude = sqrt(re[at] * re[at] + im[at] * im[at]);` : ''}
${isPair ? `let slope = ${slope};\ndre[at] = slope * re[at];\ndim[at] = slope * im[at];` : `dre[at] = ${slope};`}`,
  };
});

/** The gradients of a side's parameters, summed over the rows of `partial` and put where torch's layout has them. */
export const unpackSideProgram = cached(
  (parts: number, taps: number, hasNorm: boolean): Program => ({
    name: 'phaseSuppression: parameters, gradient',
    buffers: [
      { name: 'partial', access: 'read' },
      ...['dweight', 'dbias', ...(hasNorm ? ['dnormWeight', 'dnormBias'] : [])].map((name) => ({
        name,
        access: 'read_write' as const,
      })),
    ],
    params: { width: 'u32', rows: 'u32' },
    workgroupSize,
    shared: { sums: `array<f32, ${workgroupSize}>` },
    body: `
let columns = params.width * ${parts * parameterRows(taps, hasNorm)};
let index = group * 32 + local % 32;
var sum = 0.0;
if (index < columns) {
  for (var row = local / 32; row < params.rows; row += 8) { sum += partial[row * columns + index]; }
}
sums[local] = sum;
workgroupBarrier();
if (local >= 32 || index >= columns) { return; }
for (var i = 1u; i < 8; i++) { sum += sums[local + i * 32]; }
let channel = index % params.width;
let row = index / params.width % ${parameterRows(taps, hasNorm)};
let at = channel * ${parts} + index / params.width / ${parameterRows(taps, hasNorm)};
if (row < ${taps}) { dweight[at * ${taps} + row] = sum; }
else if (row == ${taps}) { dbias[at] = sum; }
${hasNorm ? `else if (row == ${taps + 1}) { dnormWeight[at] = sum; }\nelse { dnormBias[at] = sum; }` : ''}`,
  }),
);
