// Sums down the columns of a matrix: the second half of every gradient that is a sum over all rows.
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { cached, dispatch, type Program, partOf, rangesOf, type WebGpuBackend } from '../webgpu-host/index.ts';
import { type Lane, lines, widthOf } from './values.ts';

/** Columns (elements) of a workgroup, and the invocations that share a column's rows. */
export const columnsOfGroup = 32;
const shares = 8;

/**
 * out0, out1, ... [ends] = Σ over the rows of x [rows, columns]; the columns before `params.end0` go to out0, those before
 * `params.end1` to out1, and so on. Counts are in elements. Perhaps the sums are added to what is there.
 */
export const sumRowsProgram = cached((outputs: number, lane: Lane, adds: boolean): Program => {
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
${lines(outputs, (i) => `if (column < params.end${i}) {\n  out${i}[column${i === 0 ? '' : ` - params.end${i - 1}`}] ${adds ? '+=' : '='} sum;\n  return;\n}`)}`,
  };
});

/**
 * The sums over the rows of `partial`, whose columns lie end to end in `outputs`; over some rows at a time, where it is larger than
 * the device binds at once.
 *
 * @param adds whether they are added to what is there
 */
export function sumRowsInto(
  backend: WebGpuBackend,
  partial: TensorInfo,
  rows: number,
  outputs: readonly TensorInfo[],
  lane: Lane,
  adds = false,
): void {
  let columns = 0;
  const ends: Record<string, number> = {};
  for (const [i, output] of outputs.entries()) {
    columns += util.sizeFromShape(output.shape) / widthOf(lane);
    ends[`end${i}`] = columns;
  }
  const bytes = 4 * columns * widthOf(lane);
  for (const range of rangesOf(backend, { op: 'sum of rows', item: 'a row', count: rows, sizes: [bytes] })) {
    const isAdded = adds || range.first > 0;
    const sums = Object.fromEntries(outputs.map((output, i) => [`out${i}`, output]));
    dispatch(backend, sumRowsProgram(outputs.length, lane, isAdded), {
      buffers: { x: range.count === rows ? partial : partOf(partial, range, bytes), ...sums },
      params: { rows: range.count, columns, ...ends },
      groups: Math.ceil(columns / columnsOfGroup),
      ...(isAdded && { times: Object.fromEntries(Object.keys(sums).map((name) => [name, 2])) }),
    });
  }
}
