// Matrix products in WGSL: 64 by 64 results a workgroup, 4 by 4 an invocation, 32 steps of the inner side at a time through
// workgroup memory (16 KiB, what every device has), with what precedes and follows a layer's product done on the way.
import { type BufferSlot, cached, type Program } from '../webgpu-host/index.ts';
import { geluFunctions } from './gelu.ts';
import { lines } from './values.ts';

/** Results of a workgroup on either side. */
export const tile = 64;
/** Steps of the inner side at a time; a part of a split product is a multiple of it. */
export const depth = 32;
const workgroupSize = 256;
/** Steps written out: as many as keep a device's units busy, and fewer than take long to compile. */
const unrolled = 4;

/** How an operand lies: its inner side in its rows, or in its columns (it is then read transposed). */
export type Lie = 'rows' | 'columns';

/** `product` [m, n] = op(a)·op(b), and what it is for. */
export type Purpose =
  /** y = gelu?(product + bias), and gelu's slope */
  | 'layer'
  /** products alone */
  | 'plain'
  /** y [parts, m, n]: products of a part of the inner side each; sums [parts, m]: those of op(a) over it */
  | 'parts';

interface Operand {
  readonly name: string;
  readonly lie: Lie;
  /** its rows are whole vectors of four */
  readonly isVector: boolean;
  /** the size that is not the inner one */
  readonly size: string;
  /** what its values are multiplied by */
  readonly factor: string | null;
}

/** `fn <name>At(major, minor)`: four values of a row, zeros beyond the ends. */
function fetch({ name, lie, isVector, size, factor }: Operand): string {
  const [rows, columns] = lie === 'rows' ? [size, 'params.inner'] : ['params.inner', size];
  const value = (at: string): string => (factor === null ? `${name}[${at}]` : `${name}[${at}] * ${factor}[${at}]`);
  if (isVector) {
    return `
fn ${name}At(row: u32, column: u32) -> vec4f {
  if (row >= ${rows} || column >= ${columns}) { return vec4f(0); }
  let at = (row * ${columns} + column) / 4;
  return ${value('at')};
}`;
  }
  return `
fn ${name}At(row: u32, column: u32) -> vec4f {
  var values = vec4f(0);
  if (row >= ${rows}) { return values; }
  for (var i = 0u; i < min(4, max(column, ${columns}) - column); i++) {
    let at = row * ${columns} + column + i;
    values[i] = ${value('at')};
  }
  return values;
}`;
}

/** Statements that put a block of four by four into workgroup memory, [depth][tile], from values v0..v3. */
function store(lie: Lie, memory: string): string {
  return lines(4, (i) => {
    const value = lie === 'columns' ? `v${i}` : `vec4f(v0[${i}], v1[${i}], v2[${i}], v3[${i}])`;
    return `${memory}[(inner + ${i}) * ${tile / 4} + outer / 4] = ${value};`;
  });
}

/** Statements that load that block of the operand. */
function load({ name, lie }: Operand, start: string): string {
  const [row, column] = lie === 'rows' ? [`${start} + outer`, 'k + inner'] : ['k + inner', `${start} + outer`];
  return lines(4, (i) => `v${i} = ${name}At(${row} + ${i}, ${column});`);
}

/** Where in its operand's tile an invocation's block begins: blocks that are neighbours in memory are read by neighbours. */
function place(lie: Lie): string {
  return lie === 'rows'
    ? `inner = part % ${depth / 4} * 4;\nouter = part / ${depth / 4} * 4;`
    : `inner = part / ${tile / 4} * 4;\nouter = part % ${tile / 4} * 4;`;
}

export const gemmProgram = cached(
  (
    lieA: Lie,
    lieB: Lie,
    purpose: Purpose,
    vectorA: boolean,
    vectorB: boolean,
    vectorOut: boolean,
    /** op(a) is a ⊙ factor */
    hasFactor: boolean,
    hasBias: boolean,
    activation: 'none' | 'gelu' | 'gelu and slope',
  ): Program => {
    const a: Operand = {
      name: 'a',
      lie: lieA,
      isVector: vectorA,
      size: 'params.m',
      factor: hasFactor ? 'factor' : null,
    };
    const b: Operand = { name: 'b', lie: lieB, isVector: vectorB, size: 'params.n', factor: null };
    const type = (isVector: boolean) => (isVector ? 'vec4f' : 'f32');
    const read = (name: string, isVector: boolean): BufferSlot => ({ name, access: 'read', type: type(isVector) });
    const written = (name: string): BufferSlot => ({ name, access: 'read_write', type: type(vectorOut) });
    const put = (name: string, value: string, base = ''): string =>
      vectorOut
        ? `${name}[(${base}row * params.n + column) / 4] = ${value};`
        : `for (var j = 0u; j < min(4, params.n - column); j++) { ${name}[${base}row * params.n + column + j] = ${value}[j]; }`;
    const finish = (i: number): string => {
      const results = [
        ...(activation === 'gelu and slope' ? [put('slope', `geluSlope(sum${i})`)] : []),
        put('y', activation === 'none' ? `sum${i}` : `gelu(sum${i})`, purpose === 'parts' ? 'base + ' : ''),
      ];
      return `
row = rowStart + y0 + ${i};
if (row < params.m && column < params.n) {
${hasBias ? `  sum${i} += biasAt(column);` : ''}
${results.map((line) => `  ${line}`).join('\n')}
}`;
    };
    const sums = `
workgroupBarrier();
if (columnStart == 0 && local < 128) { tileA[inner / 4 * ${tile / 4} + outer / 4] = total; }
workgroupBarrier();
if (columnStart == 0 && local < ${tile / 4}) {
  var all = vec4f(0);
  for (var i = 0u; i < ${depth / 4}; i++) { all += tileA[i * ${tile / 4} + local]; }
  for (var i = 0u; i < 4 && rowStart + local * 4 + i < params.m; i++) {
    sums[piece * params.m + rowStart + local * 4 + i] = all[i];
  }
}`;
    return {
      name: 'linear',
      buffers: [
        read('a', vectorA),
        read('b', vectorB),
        ...(hasFactor ? [read('factor', vectorA)] : []),
        ...(hasBias ? [read('bias', false)] : []),
        written('y'),
        ...(activation === 'gelu and slope' ? [written('slope')] : []),
        ...(purpose === 'parts' ? [{ name: 'sums', access: 'read_write' as const }] : []),
      ],
      params: { m: 'u32', n: 'u32', inner: 'u32', tilesN: 'u32', tiles: 'u32', innerOfPart: 'u32', turns: 'u32' },
      workgroupSize,
      shared: { tileA: `array<vec4f, ${(depth * tile) / 4}>`, tileB: `array<vec4f, ${(depth * tile) / 4}>` },
      declarations: `${fetch(a)}${fetch(b)}${activation === 'none' ? '' : geluFunctions('vec4f')}${
        hasBias
          ? `
fn biasAt(column: u32) -> vec4f {
  var values = vec4f(0);
  for (var j = 0u; j < min(4, params.n - column); j++) { values[j] = bias[column + j]; }
  return values;
}`
          : ''
      }`,
      body: `
let piece = group / params.tiles;
let rowStart = group % params.tiles / params.tilesN * ${tile};
let columnStart = group % params.tiles % params.tilesN * ${tile};
let isA = local < 128;
let part = local % 128;
var inner = 0u;
var outer = 0u;
if (isA) {
${place(lieA)}
} else {
${place(lieB)}
}
let x0 = local % ${tile / 4} * 4;
let y0 = local / ${tile / 4} * 4;
${lines(4, (i) => `var sum${i} = vec4f(0);`)}
${purpose === 'parts' ? 'var total = vec4f(0);' : ''}
let end = min((piece + 1) * params.innerOfPart, params.inner);
for (var k = piece * params.innerOfPart; k < end; k += ${depth}) {
${lines(4, (i) => `  var v${i} = vec4f(0);`)}
  if (isA) {
${load(a, 'rowStart')}
${purpose === 'parts' ? '    total += v0 + v1 + v2 + v3;' : ''}
  } else {
${load(b, 'columnStart')}
  }
  workgroupBarrier();
  if (isA) {
${store(lieA, 'tileA')}
  } else {
${store(lieB, 'tileB')}
  }
  workgroupBarrier();
  for (var step = 0u; step < params.turns; step += ${unrolled}) {
${lines(
  unrolled,
  (u) => `    let a${u} = tileA[(step + ${u}) * ${tile / 4} + y0 / 4];
    let b${u} = tileB[(step + ${u}) * ${tile / 4} + x0 / 4];
${lines(4, (i) => `    sum${i} = fma(vec4f(a${u}[${i}]), b${u}, sum${i});`)}`,
)}
  }
}
${purpose === 'parts' ? sums : ''}
let column = columnStart + x0;
${purpose === 'parts' ? 'let base = piece * params.m * params.n;' : ''}
var row = 0u;
${lines(4, (i) => finish(i))}`,
    };
  },
);
