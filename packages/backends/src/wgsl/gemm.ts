// Matrix products in WGSL: 64 by 64 results a workgroup, 8 by 4 an invocation, 32 steps of the inner side at a time through
// workgroup memory (16 KiB, what every device has), with what precedes and follows a layer's product done on the way.
import { type BufferSlot, cached, type Program } from '../webgpu-host/index.ts';
import { geluFunctions } from './gelu.ts';
import { enabling, type Lane, lines, storedAs, widened } from './values.ts';

/** Results of a workgroup on either side. */
export const tile = 64;
/** Steps of the inner side at a time; a part of a split product is a multiple of it. */
export const depth = 32;
/** Results of an invocation: rows, of one vector each. */
const rowsEach = 8;
const workgroupSize = (tile / rowsEach) * (tile / 4);
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
  /** whether it, or its factor, lies in half precision */
  readonly isHalf: boolean;
  readonly isFactorHalf: boolean;
}

/** Which of the second operand and the first one's factor lie in half precision. */
export type Halved = 'none' | 'b' | 'factor' | 'b and factor';

/** What follows a layer's product, and what of it is written besides y: gelu's slope, perhaps in half precision. */
export type Activation = 'none' | 'gelu' | 'gelu and slope' | 'gelu and half slope';

const laneOf = (isVector: boolean): Lane => (isVector ? 'vec4f' : 'f32');

/** `fn <name>At(major, minor)`: four values of a row, zeros beyond the ends. */
function fetch({ name, lie, isVector, size, factor, isHalf, isFactorHalf }: Operand): string {
  const [rows, columns] = lie === 'rows' ? [size, 'params.inner'] : ['params.inner', size];
  const lane = laneOf(isVector);
  const value = (at: string): string => {
    const own = widened(lane, isHalf, `${name}[${at}]`);
    return factor === null ? own : `${own} * ${widened(lane, isFactorHalf, `${factor}[${at}]`)}`;
  };
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

/** Statements that put a block of four by four into workgroup memory, [depth][tile], from the four values of each of its rows. */
function store(lie: Lie, of: 'A' | 'B', from: string): string {
  return lines(4, (i) => {
    const value =
      lie === 'columns' ? `${from}${i}` : `vec4f(${[0, 1, 2, 3].map((j) => `${from}${j}[${i}]`).join(', ')})`;
    return `  tile${of}[(inner${of} + ${i}) * ${tile / 4} + outer${of} / 4] = ${value};`;
  });
}

/** Row i of that block of the operand. */
function block({ name, lie }: Operand, start: string, of: 'A' | 'B', i: number): string {
  const [row, column] = [`${start} + outer${of}`, `k + inner${of}`];
  return lie === 'rows' ? `${name}At(${row} + ${i}, ${column})` : `${name}At(${column} + ${i}, ${row})`;
}

/** Where in its operand's tile an invocation's block begins: blocks that are neighbours in memory are read by neighbours. */
function place(lie: Lie, of: 'A' | 'B'): string {
  const across = lie === 'rows' ? depth / 4 : tile / 4;
  const [inner, outer] = lie === 'rows' ? ['%', '/'] : ['/', '%'];
  return `let inner${of} = local ${inner} ${across} * 4;\nlet outer${of} = local ${outer} ${across} * 4;`;
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
    activation: Activation,
    halved: Halved,
  ): Program => {
    const hasSlope = activation.endsWith('slope');
    const isHalfSlope = activation === 'gelu and half slope';
    const [isHalfB, isHalfFactor] = [halved.startsWith('b'), halved.endsWith('factor')];
    const a: Operand = {
      name: 'a',
      lie: lieA,
      isVector: vectorA,
      size: 'params.m',
      factor: hasFactor ? 'factor' : null,
      isHalf: false,
      isFactorHalf: isHalfFactor,
    };
    const b: Operand = {
      name: 'b',
      lie: lieB,
      isVector: vectorB,
      size: 'params.n',
      factor: null,
      isHalf: isHalfB,
      isFactorHalf: false,
    };
    const read = (name: string, isVector: boolean, isHalf = false): BufferSlot => ({
      name,
      access: 'read',
      type: storedAs(laneOf(isVector), isHalf),
    });
    const written = (name: string, isHalf = false): BufferSlot => ({
      name,
      access: 'read_write',
      type: storedAs(laneOf(vectorOut), isHalf),
    });
    const put = (name: string, value: string, base = '', isHalf = false): string => {
      const values = isHalf ? `vec4h(${value})` : value;
      return vectorOut
        ? `${name}[(${base}row * params.n + column) / 4] = ${values};`
        : `for (var j = 0u; j < min(4, params.n - column); j++) { ${name}[${base}row * params.n + column + j] = ${values}[j]; }`;
    };
    const finish = (i: number): string => {
      const results = [
        ...(hasSlope ? [put('slope', `geluSlope(sum${i})`, '', isHalfSlope)] : []),
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
if (columnStart == 0) { tileA[innerA / 4 * ${tile / 4} + outerA / 4] = total; }
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
        read('b', vectorB, isHalfB),
        ...(hasFactor ? [read('factor', vectorA, isHalfFactor)] : []),
        ...(hasBias ? [read('bias', false)] : []),
        written('y'),
        ...(hasSlope ? [written('slope', isHalfSlope)] : []),
        ...(purpose === 'parts' ? [{ name: 'sums', access: 'read_write' as const }] : []),
      ],
      ...enabling(halved !== 'none' || isHalfSlope),
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
${place(lieA, 'A')}
${place(lieB, 'B')}
let x0 = local % ${tile / 4} * 4;
let y0 = local / ${tile / 4} * ${rowsEach};
${lines(rowsEach, (i) => `var sum${i} = vec4f(0);`)}
${purpose === 'parts' ? 'var total = vec4f(0);' : ''}
let end = min((piece + 1) * params.innerOfPart, params.inner);
for (var k = piece * params.innerOfPart; k < end; k += ${depth}) {
${lines(4, (i) => `  let a${i} = ${block(a, 'rowStart', 'A', i)};`)}
${purpose === 'parts' ? '  total += a0 + a1 + a2 + a3;' : ''}
${lines(4, (i) => `  let b${i} = ${block(b, 'columnStart', 'B', i)};`)}
  workgroupBarrier();
${store(lieA, 'A', 'a')}
${store(lieB, 'B', 'b')}
  workgroupBarrier();
  for (var step = 0u; step < params.turns; step += ${unrolled}) {
${lines(
  unrolled,
  (u) => `    let row${u} = (step + ${u}) * ${tile / 4};
    let right${u} = tileB[row${u} + x0 / 4];
${lines(rowsEach / 4, (j) => `    let left${u}${j} = tileA[row${u} + y0 / 4 + ${j}];`)}
${lines(rowsEach, (i) => `    sum${i} = fma(vec4f(left${u}${i >> 2}[${i % 4}]), right${u}, sum${i});`)}`,
)}
  }
}
${purpose === 'parts' ? sums : ''}
let column = columnStart + x0;
${purpose === 'parts' ? 'let base = piece * params.m * params.n;' : ''}
var row = 0u;
${lines(rowsEach, (i) => finish(i))}`,
    };
  },
);
