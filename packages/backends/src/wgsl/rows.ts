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

/** How rows of so many values are shared out: few enough elements a lane to be held in registers. */
export function rowLayout(values: number, lane: Lane): RowLayout {
  const elements = Math.max(1, values / widthOf(lane));
  const most = lane === 'vec4f' ? 2 : 4;
  let lanes = 1;
  while (lanes < workgroupSize && Math.ceil(elements / lanes) > most) lanes *= 2;
  return { lane, elements, lanes, perLane: Math.ceil(elements / lanes), rows: workgroupSize / lanes };
}

/** The workgroup memory of {@link rowSum} for elements of type `type`. */
export function rowSumShared(type: 'f32' | 'vec2f'): Record<string, string> {
  return { rowSums: `array<${type}, ${workgroupSize}>` };
}

/**
 * `fn rowSum(local: u32, value: T) -> T`: the sum over the lanes of the row, the same in each of them. Every invocation must
 * call it.
 */
export function rowSum({ lanes }: Pick<RowLayout, 'lanes'>, type: 'f32' | 'vec2f'): string {
  if (lanes === 1) return `fn rowSum(local: u32, value: ${type}) -> ${type} { return value; }`;
  const step = Math.min(lanes, 16);
  const level = (first: string, count: number, apart: number): string => `
  workgroupBarrier();
  rowSums[local] = sum;
  workgroupBarrier();
  sum = ${type}(0);
  for (var i = 0u; i < ${count}u; i++) { sum += rowSums[${first} + i * ${apart}u]; }`;
  return `
fn rowSum(local: u32, value: ${type}) -> ${type} {
  var sum = value;${level(`(local & ~${step - 1}u)`, step, 1)}${lanes > step ? level(`(local & ~${lanes - 1}u)`, lanes / step, step) : ''}
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
