// Sums down the columns of a matrix: the second half of every gradient that is a sum over all rows.
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { cached, dispatch, type Program, type WebGpuBackend } from '../webgpu-host/index.ts';
import { type Lane, lines, widthOf } from './values.ts';

/** Columns (elements) of a workgroup, and the invocations that share a column's rows. */
export const columnsOfGroup = 32;
const shares = 8;

/**
 * out0, out1, ... [ends] = Σ over the rows of x [rows, columns]; the columns before `params.end0` go to out0, those before
 * `params.end1` to out1, and so on. Counts are in elements.
 */
export const sumRowsProgram = cached((outputs: number, lane: Lane): Program => {
  const ends = Array.from({ length: outputs }, (_, i) => [`end${i}`, 'u32'] as const);
  return {
    name: 'sum of rows',
    buffers: [
      { name: 'x', access: 'read', type: lane },
      ...ends.map((_, i) => ({ name: `out${i}`, access: 'read_write' as const, type: lane })),
    ],
    params: { rows: 'u32', columns: 'u32', ...Object.fromEntries(ends) },
    workgroupSize: columnsOfGroup * shares,
    shared: { sums: `array<${lane}, ${columnsOfGroup * shares}>` },
    body: `
let column = group * ${columnsOfGroup} + local % ${columnsOfGroup};
var sum = ${lane}(0);
if (column < params.columns) {
  for (var row = local / ${columnsOfGroup}; row < params.rows; row += ${shares}) { sum += x[row * params.columns + column]; }
}
sums[local] = sum;
workgroupBarrier();
if (local >= ${columnsOfGroup} || column >= params.columns) { return; }
for (var i = 1u; i < ${shares}; i++) { sum += sums[local + i * ${columnsOfGroup}]; }
${lines(outputs, (i) => `if (column < params.end${i}) {\n  out${i}[column${i === 0 ? '' : ` - params.end${i - 1}`}] = sum;\n  return;\n}`)}`,
  };
});

/** The sums over the rows of `partial`, whose columns lie end to end in `outputs`. */
export function sumRowsInto(
  backend: WebGpuBackend,
  partial: TensorInfo,
  rows: number,
  outputs: readonly TensorInfo[],
  lane: Lane,
): void {
  let columns = 0;
  const ends: Record<string, number> = {};
  for (const [i, output] of outputs.entries()) {
    columns += util.sizeFromShape(output.shape) / widthOf(lane);
    ends[`end${i}`] = columns;
  }
  dispatch(backend, sumRowsProgram(outputs.length, lane), {
    buffers: { x: partial, ...Object.fromEntries(outputs.map((output, i) => [`out${i}`, output])) },
    params: { rows, columns, ...ends },
    groups: Math.ceil(columns / columnsOfGroup),
  });
}
