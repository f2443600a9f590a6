// Sums of rows that share an id, in WGSL: the gradient of looking rows up. Each invocation keeps one column of a block of the
// result in workgroup memory and adds to it in the order of the rows, so that runs repeat, which sums by atomics do not.
import { cached, type Program } from '../webgpu-host/index.ts';
import type { Lane } from './values.ts';

/** Columns (elements) of a workgroup. */
export const columnsOfBlock = 32;

/** Segments of a workgroup: as many as 16 KiB hold. */
export function segmentsOfBlock(lane: Lane): number {
  return lane === 'vec4f' ? 32 : 128;
}

/**
 * out [parts, segments, columns]: for every part of the rows, `params.rowsOfPart`, the sums of x [rows, columns] by ids [rows]; an
 * id that is no segment is passed over.
 */
export const segmentSumProgram = cached((lane: Lane): Program => {
  const block = segmentsOfBlock(lane);
  const at = (segment: string): string => `sums[${segment} * ${columnsOfBlock} + local]`;
  return {
    name: 'unsortedSegmentSum',
    buffers: [
      { name: 'x', access: 'read', type: lane },
      { name: 'ids', access: 'read', type: 'i32' },
      { name: 'out', access: 'read_write', type: lane },
    ],
    params: {
      rows: 'u32',
      columns: 'u32',
      segments: 'u32',
      rowsOfPart: 'u32',
      columnBlocks: 'u32',
      segmentBlocks: 'u32',
    },
    workgroupSize: columnsOfBlock,
    shared: { sums: `array<${lane}, ${block * columnsOfBlock}>` },
    body: `
let column = group % params.columnBlocks * ${columnsOfBlock} + local;
let firstSegment = group / params.columnBlocks % params.segmentBlocks * ${block};
let part = group / params.columnBlocks / params.segmentBlocks;
if (column >= params.columns) { return; }
let segments = min(${block}, params.segments - firstSegment);
for (var s = 0u; s < segments; s++) { ${at('s')} = ${lane}(0); }
let end = min((part + 1) * params.rowsOfPart, params.rows);
for (var row = part * params.rowsOfPart; row < end; row++) {
  let id = ids[row];
  if (id >= i32(firstSegment) && id < i32(firstSegment + segments)) {
    ${at('(u32(id) - firstSegment)')} += x[row * params.columns + column];
  }
}
for (var s = 0u; s < segments; s++) {
  out[(part * params.segments + firstSegment + s) * params.columns + column] = ${at('s')};
}`,
  };
});
