// Type I conditioning forward in WGSL: a side in one pass, and its parameters packed to be read by the vector.

import { cached, type Program } from '@orchid-ml/backends/webgpu-host';
import { type Lane, lines, rowSum, rowSumParams, rowSumShared, total, workgroupSize } from '@orchid-ml/backends/wgsl';
import {
  convolve,
  eachElement,
  loading,
  parameter,
  parameterRows,
  placeOfRun,
  rowsOfRun,
  type SideArguments,
  type Source,
  sideLayout,
  sourceBuffers,
} from './conditioning-side.ts';

/**
 * A side's parameters as rows of channels, [parts][taps of the weight, bias, norm's weight, norm's bias][width]: of weight
 * [parts·width, 1, taps] and the others [parts·width], whose channels alternate between the parts.
 */
export const packSideProgram = cached(
  (parts: number, taps: number, hasNorm: boolean): Program => ({
    name: 'phaseSuppression: parameters',
    buffers: [
      ...['weight', 'bias', ...(hasNorm ? ['normWeight', 'normBias'] : [])].map((name) => ({
        name,
        access: 'read' as const,
      })),
      { name: 'parameters', access: 'read_write' },
    ],
    params: { width: 'u32' },
    workgroupSize,
    body: `
let index = group * ${workgroupSize} + local;
let channel = index % params.width;
let row = index / params.width % ${parameterRows(taps, hasNorm)};
let part = index / params.width / ${parameterRows(taps, hasNorm)};
if (part >= ${parts}) { return; }
let at = channel * ${parts} + part;
if (row < ${taps}) { parameters[index] = weight[at * ${taps} + row]; }
else if (row == ${taps}) { parameters[index] = bias[at]; }
${hasNorm ? `else if (row == ${taps + 1}) { parameters[index] = normWeight[at]; }\nelse { parameters[index] = normBias[at]; }` : ''}`,
  }),
);

/** The statements that normalise c: mean and scale of each row of the run, `mean` and `scale`. */
export function normalise(args: SideArguments): string {
  const [lane, width, parts] = args;
  const layout = sideLayout(lane, width);
  const overRows = (term: (r: number) => string): string => `vec4f(${[0, 1, 2, 3].map(term).join(', ')})`;
  const ofParts = (text: (part: number) => string): string =>
    Array.from({ length: parts }, (_, part) => text(part)).join(' + ');
  const sums = overRows((r) =>
    total(lane, Array.from({ length: layout.perLane }, (_, i) => ofParts((part) => `c${i}_${r}_${part}`)).join(' + ')),
  );
  return `
let mean = rowSum(local, ${sums}) / ${width * parts}.0;
var squares = vec4f(0);
${eachElement(layout, (i) =>
  lines(
    rowsOfRun,
    (r) => `
{
${lines(parts, (part) => `  let off${part} = c${i}_${r}_${part} - mean[${r}];`)}
  squares[${r}] += ${total(lane, `(${ofParts((part) => `off${part} * off${part}`)})`)};
}`,
  ),
)}
let scale = inverseSqrt(rowSum(local, squares) / ${width * parts}.0 + params.eps);`;
}

/** out0 (and out1) [batch, length, width]: the parts of a side. `rowsOfRun · workgroupSize / lanes` rows a workgroup. */
export const sideProgram = cached(
  (...args: [Lane, number, number, number, 'zeros' | 'reflect' | 'circular', boolean, Source]): Program => {
    const [lane, width, parts, taps, , hasNorm, source] = args;
    const layout = sideLayout(lane, width);
    const { variables, statements } = convolve(args);
    const output = (i: number, r: number, part: number): string => {
      const at = `(example * params.length + first + ${r}) * ${layout.elements}u + lane + ${i * layout.lanes}u`;
      const c = `c${i}_${r}_${part}`;
      const value = hasNorm
        ? `(${c} - mean[${r}]) * scale[${r}] * ${parameter(args, part, taps + 1, i)} + ${parameter(args, part, taps + 2, i)}`
        : c;
      return `out${part}[${at}] = ${value};`;
    };
    return {
      name: 'phaseSuppression: convolution and norm',
      buffers: [
        ...sourceBuffers(source, lane),
        { name: 'parameters', access: 'read', type: lane },
        ...Array.from({ length: parts }, (_, part) => ({
          name: `out${part}`,
          access: 'read_write' as const,
          type: lane,
        })),
      ],
      params: { batch: 'u32', length: 'u32', chunks: 'u32', eps: 'f32', ...rowSumParams },
      workgroupSize,
      ...(hasNorm && { shared: rowSumShared('vec4f') }),
      declarations: `${loading(args)}${hasNorm ? rowSum(layout, 'vec4f') : ''}`,
      body: `
let lane = local % ${layout.lanes}u;
${placeOfRun(layout, 'group')}
${variables}
${eachElement(layout, statements)}
${hasNorm ? normalise(args) : ''}
if (example >= params.batch) { return; }
${eachElement(layout, (i) =>
  lines(rowsOfRun, (r) => {
    const store = lines(parts, (part) => output(i, r, part));
    return r === 0 ? store : `if (first + ${r} < params.length) {\n${store}\n}`;
  }),
)}`,
    };
  },
);
