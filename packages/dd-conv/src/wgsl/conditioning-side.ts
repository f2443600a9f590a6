// One side of type I conditioning in WGSL, a short depthwise convolution and the layer norm over its channels, in one pass: what
// its programs have in common. A workgroup's lanes share a row's channels, and each walks down a run of rows.

import type { BufferSlot } from '@orchid-ml/backends/webgpu-host';
import { exists, type Lane, lines, type RowLayout, rowLayout, rowOf, workgroupSize } from '@orchid-ml/backends/wgsl';

/** What a side convolves: the values `re`, or what is measured of a spectrum `re`, `im` (dft) or `re` (dct). */
export type Source = 'values' | 'power' | 'magnitude' | 'realPower' | 'realMagnitude';

/** What a side's programs are made for; `parts` are the outputs of a channel. */
export type SideArguments = readonly [
  lane: Lane,
  width: number,
  parts: number,
  taps: number,
  mode: 'zeros' | 'reflect' | 'circular',
  hasNorm: boolean,
  source: Source,
];

/** Rows of a run: their sums over the channels travel together, a component each. */
export const rowsOfRun = 4;

/** Rows of the parameters of one part: a row for each tap, the bias, and the norm's weight and bias; see `packSideProgram`. */
export function parameterRows(taps: number, hasNorm: boolean): number {
  return taps + (hasNorm ? 3 : 1);
}

export function sideLayout(lane: Lane, width: number): RowLayout {
  return rowLayout(width, lane, 1);
}

export function sourceBuffers(source: Source, lane: Lane): BufferSlot[] {
  const names = source === 'power' || source === 'magnitude' ? ['re', 'im'] : ['re'];
  return names.map((name) => ({ name, access: 'read', type: lane }));
}

const measures: Record<Source, string> = {
  values: 're[at]',
  power: 're[at] * re[at] + im[at] * im[at]',
  magnitude: 'sqrt(re[at] * re[at] + im[at] * im[at])',
  realPower: 're[at] * re[at]',
  realMagnitude: 'abs(re[at])',
};

/** `fn measured(at)`: what is convolved at index `at`. */
export function measuring([lane, , , , , , source]: SideArguments): string {
  return `fn measured(at: u32) -> ${lane} { return ${measures[source]}; }`;
}

/** `fn load(example, position, channel)`: what lies at a position of the padded rows. Without branches, which are slow to compile. */
export function loading(args: SideArguments): string {
  const [lane, width, , taps, mode] = args;
  return `${rowOf(mode, (taps - 1) / 2)}
${measuring(args)}
fn load(example: u32, position: u32, channel: u32) -> ${lane} {
  let row = rowOf(i32(position), i32(params.length));
  let isThere = row >= 0 && row < i32(params.length) && example < params.batch;
  let at = (example * params.length + u32(row)) * ${sideLayout(lane, width).elements}u + channel;
  return select(${lane}(0), measured(select(0u, at, isThere)), isThere);
}`;
}

/** Text for each channel element that a lane has, guarded where there may be none. */
export function eachElement(layout: RowLayout, text: (i: number) => string): string {
  return lines(layout.perLane, (i) => {
    const condition = exists(layout, i);
    return condition === null ? text(i) : `if (${condition}) {\n${text(i)}\n}`;
  });
}

/** Where the invocation is: `slot`, `lane`, `chunk`, `example` and the first row of its run, `first`. */
export function placeOfRun({ lanes }: RowLayout, block: string): string {
  return `
let chunk = ${block} * ${workgroupSize / lanes}u + local / ${lanes}u;
let example = chunk / params.chunks;
let first = chunk % params.chunks * ${rowsOfRun}u;`;
}

/** Parameter row `row` of part `part` at channel element i, as WGSL. */
export function parameter(
  [lane, width, , taps, , hasNorm]: SideArguments,
  part: number,
  row: number,
  i: number,
): string {
  const { elements, lanes } = sideLayout(lane, width);
  return `parameters[${(part * parameterRows(taps, hasNorm) + row) * elements + i * lanes}u + lane]`;
}

/** `v<i>_<k>`: what the run's outputs see; `c<i>_<r>_<part>`: the convolution at its rows. */
export function convolve(args: SideArguments): { variables: string; statements: (i: number) => string } {
  const [lane, width, parts, taps] = args;
  const layout = sideLayout(lane, width);
  const runs = rowsOfRun * parts;
  const seen = rowsOfRun + taps - 1;
  return {
    variables: lines(
      layout.perLane,
      (i) =>
        `${lines(seen, (k) => `var v${i}_${k} = ${lane}(0);`)}\n` +
        lines(runs, (k) => `var c${i}_${Math.floor(k / parts)}_${k % parts} = ${lane}(0);`),
    ),
    statements: (i) => `
${lines(seen, (k) => `v${i}_${k} = load(example, first + ${k}, lane + ${i * layout.lanes}u);`)}
${lines(parts, (part) => {
  const weights = lines(taps, (t) => `let w${part}_${t} = ${parameter(args, part, t, i)};`);
  const rows = lines(rowsOfRun, (r) => {
    const terms = Array.from({ length: taps }, (_, t) => `w${part}_${t} * v${i}_${r + t}`);
    return `c${i}_${r}_${part} = ${[parameter(args, part, taps, i), ...terms].join(' + ')};`;
  });
  return `${weights}\n${rows}`;
})}`,
  };
}
