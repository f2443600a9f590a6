// Rows of values shared out over the lanes of a workgroup, and sums over a row that every lane of it gets.
import { type Lane, widthOf } from './values.ts';

/** Invocations of a workgroup. */
export const workgroupSize = 256;

export interface RowLayout {
  readonly lane: Lane;
  /** elements of a row */
  readonly elements: number;
  /** lanes that share a row, a power of two */
  readonly lanes: number;
  /** elements of each lane: `lanes` apart, so that neighbours read neighbours */
  readonly perLane: number;
  /** rows of a workgroup */
  readonly rows: number;
}

/** How rows of so many values are shared out: few enough elements a lane, `most`, to be held in registers. */
export function rowLayout(values: number, lane: Lane, most = lane === 'vec4f' ? 2 : 4): RowLayout {
  const elements = Math.max(1, values / widthOf(lane));
  let lanes = 1;
  while (lanes < workgroupSize && Math.ceil(elements / lanes) > most) lanes *= 2;
  return { lane, elements, lanes, perLane: Math.ceil(elements / lanes), rows: workgroupSize / lanes };
}

/** What is summed: one number, or several at once for the price of one barrier. */
export type Summed = 'f32' | 'vec2f' | 'vec4f' | 'mat2x4f';

/** The workgroup memory of {@link rowSum} for elements of type `type`. */
export function rowSumShared(type: Summed): Record<string, string> {
  return { rowSums: `array<${type}, ${workgroupSize}>` };
}

/** Lanes whose values are added up at once; with more of them, their sums are added up in a second round. */
const nearby = 32;

/**
 * The params of {@link rowSum}. They repeat what its text could say: compilers take very long to unroll loops beside barriers,
 * for nothing.
 */
export const rowSumParams = { near: 'u32', far: 'u32' } as const;

/** What {@link rowSumParams} are. */
export function rowSumCounts({ lanes }: Pick<RowLayout, 'lanes'>): { near: number; far: number } {
  const near = Math.min(lanes, nearby);
  return { near, far: lanes / near };
}

/**
 * `fn rowSum(local: u32, value: T) -> T`: the sum over the lanes of the row, the same in each of them. Every invocation must
 * call it.
 */
export function rowSum({ lanes }: Pick<RowLayout, 'lanes'>, type: Summed): string {
  if (lanes === 1) return `fn rowSum(local: u32, value: ${type}) -> ${type} { return value; }`;
  const round = (first: string, count: string, apart: number): string => `
  workgroupBarrier();
  rowSums[local] = sum;
  workgroupBarrier();
  sum = ${type}();
  for (var i = 0u; i < ${count}; i++) { sum += rowSums[${first} + i * ${apart}u]; }`;
  const { near } = rowSumCounts({ lanes });
  const far = lanes > near ? round(`(local & ~${lanes - 1}u)`, 'params.far', near) : '';
  return `
fn rowSum(local: u32, value: ${type}) -> ${type} {
  var sum = value;${round(`(local & ~${near - 1}u)`, 'params.near', 1)}${far}
  return sum;
}`;
}

/** Where an invocation is: `slot` (row of the workgroup) and `lane` (of the row). */
export function place({ lanes }: Pick<RowLayout, 'lanes'>): string {
  return `let slot = local / ${lanes}u;\nlet lane = local % ${lanes}u;`;
}

/** Whether element `lane + index·lanes` exists: a WGSL condition, or nothing where all do. */
export function exists({ elements, lanes }: RowLayout, index: number): string | null {
  return (index + 1) * lanes <= elements ? null : `lane + ${index * lanes}u < ${elements}u`;
}
