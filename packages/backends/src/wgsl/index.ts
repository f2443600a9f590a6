// What WGSL programs of other packages are made of too: rows shared out over lanes, padding, sums of rows.
export { otherPositions, paddingBefore, rowOf } from './padding.ts';
export {
  exists,
  place,
  type RowLayout,
  rowLayout,
  rowSum,
  rowSumCounts,
  rowSumParams,
  rowSumShared,
  type Summed,
  workgroupSize,
} from './rows.ts';
export { columnsOfGroup, sumRowsInto, sumRowsProgram } from './sum-rows.ts';
export { type Lane, laneOf, lines, total, widthOf } from './values.ts';
