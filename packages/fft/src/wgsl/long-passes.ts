// The passes of long transforms. Between them the points lie in a scratch buffer `work`, [outers, n1, n2, pairs]: point
// t = n2 · j1 + j2 of lane (o, p) at (o, j1, j2, p) before its columns are transformed, bin k = k1 + n1 · k2 at (o, k1, k2, p) after
// both. Neighbouring invocations take neighbouring points of the tensor or of `work`.
import type { BufferSlot, Program, Scalar } from '@orchid-ml/backends/webgpu-host';
import { STEPS } from './long-plan.ts';
import type { Hook } from './operations/operation.ts';
import type { SharedTransform } from './shared-transform.ts';
import { SIGNAL_PARAMS, SIGNALS } from './signals.ts';

/** Numbers that every long pass takes beside {@link SIGNAL_PARAMS}: the two factors of the transforms' length. */
export const LONG_PARAMS = { n1: 'u32', n2: 'u32' } as const;

const TABLE: BufferSlot = { name: 'table', access: 'read', type: 'vec2f' };
const STEPS_TABLE: BufferSlot = { name: 'steps', access: 'read', type: 'vec2f' };
const workBuffer = (access: BufferSlot['access']): BufferSlot => ({ name: 'work', access, type: 'vec2f' });

/** The parts that all passes have in common, round a body. */
function pass(
  name: string,
  transform: SharedTransform,
  access: BufferSlot['access'],
  hook: Hook | null,
  body: string,
  more: { readonly buffers?: readonly BufferSlot[]; readonly declarations?: string } = {},
): Program {
  const params: Record<string, Scalar> = { ...SIGNAL_PARAMS, ...LONG_PARAMS, ...hook?.params };
  return {
    name,
    buffers: [...(hook?.buffers ?? []), workBuffer(access), TABLE, STEPS_TABLE, ...(more.buffers ?? [])],
    params,
    workgroupSize: transform.invocations,
    shared: transform.shared,
    declarations: [
      SIGNALS,
      transform.declarations,
      STEPS,
      ...(hook ? [hook.declarations.trim()] : []),
      ...(more.declarations ? [more.declarations.trim()] : []),
    ].join('\n'),
    body,
  };
}

/** Workgroups of a columns pass. */
export function columnGroups(columns: SharedTransform, outers: number, n2: number, pairs: number): number {
  return outers * Math.ceil((n2 * pairs) / columns.lanes);
}

/** Which columns a workgroup has: `lanes` neighbours of an o's n2 · pairs; `c` is the invocation's own. */
const ownColumn = (lanes: number): string => `
let width = params.n2 * params.pairs;
let chunks = (width + ${lanes - 1}u) / ${lanes}u;
let o = group / chunks;
let c = (group % chunks) * ${lanes}u + local % ${lanes}u;
let j2 = c / params.pairs;
let p = c % params.pairs;`;

/**
 * First pass of a forward transform: \`sample\` gives the points; columns are transformed along j1, turned, and written to `work`.
 * Buffers: the hook's, work, table (of the columns' transform), steps.
 */
export function columnsForward(name: string, columns: SharedTransform, input: Hook): Program {
  const { lanes, points, invocations } = columns;
  const body = `${ownColumn(lanes)}
for (var i = local; i < ${points * lanes}u; i += ${invocations}u) {
  if (c < width) { mem[i] = sample((i / ${lanes}u) * params.n2 + j2, o, p); }
}
forward(local);
for (var i = local; i < ${points * lanes}u; i += ${invocations}u) {
  let k1 = i / ${lanes}u;
  if (c < width) { work[(o * ${points}u + k1) * width + c] = times(mem[i], step(k1 * j2)); }
}`;
  return pass(`${name}: columns`, columns, 'read_write', input, body);
}

/**
 * Last pass of a backward transform: columns of \`work\`, already turned, are transformed along k1; \`keep\` takes the points.
 * Buffers: the hook's, work, table (of the columns' transform), steps.
 */
export function columnsBackward(name: string, columns: SharedTransform, output: Hook): Program {
  const { lanes, points, invocations } = columns;
  const body = `${ownColumn(lanes)}
for (var i = local; i < ${points * lanes}u; i += ${invocations}u) {
  if (c < width) { mem[i] = work[(o * ${points}u + i / ${lanes}u) * width + c]; }
}
backward(local);
for (var i = local; i < ${points * lanes}u; i += ${invocations}u) {
  if (c < width) { keep((i / ${lanes}u) * params.n2 + j2, o, p, mem[i]); }
}`;
  return pass(`${name}: columns`, columns, 'read', output, body);
}

/** Workgroups of a rows pass: rows k1 and n1 - k1 are in one. */
export function rowGroups(rows: SharedTransform, outers: number, n1: number, pairs: number): number {
  return outers * Math.ceil(((Math.floor(n1 / 2) + 1) * pairs) / (rows.lanes / 2));
}

/**
 * Which rows a workgroup has: the first half of its lanes, rows k1 <= n1 / 2 of neighbouring (k1, p); the second half, rows n1 - k1
 * of the same. `rowOf(s, ...)` fills in a lane.
 */
const rowOf = (lanes: number): string => `
struct Row { live: bool, twin: bool, o: u32, p: u32, k1: u32, at: u32, mirror: u32 }
fn rowOf(group: u32, s: u32) -> Row {
  let count = (params.n1 / 2u + 1u) * params.pairs;
  let chunks = (count + ${lanes / 2 - 1}u) / ${lanes / 2}u;
  let upper = s >= ${lanes / 2}u;
  let index = (group % chunks) * ${lanes / 2}u + s % ${lanes / 2}u;
  let low = index / params.pairs;
  let high = select(params.n1 - low, 0u, low == 0u);
  var row: Row;
  row.live = index < count && !(upper && high == low);
  row.o = group / chunks;
  row.p = index % params.pairs;
  row.k1 = select(low, high, upper);
  row.at = (row.o * params.n1 + row.k1) * params.n2 * params.pairs + row.p;
  // the lane in which bins n - k lie
  row.mirror = select(select(s + ${lanes / 2}u, s - ${lanes / 2}u, upper), s, high == low);
  return row;
}
fn mirrored(k1: u32, k2: u32) -> u32 {
  return select(params.n2 - 1u - k2, select(params.n2 - k2, 0u, k2 == 0u), k1 == 0u);
}`;

/** Statements that run `work` for each point `k2` of each lane `s` along the samples where lanes do not lie beside each other. */
function alongRows({ lanes, points, invocations }: SharedTransform, work: string): string {
  return `
for (var i = local; i < ${points * lanes}u; i += ${invocations}u) {
  let s = select(i % ${lanes}u, i / ${points}u, params.pairs == 1u);
  let k2 = select(i / ${lanes}u, i % ${points}u, params.pairs == 1u);
  let row = rowOf(group, s);
  if (row.live) {
    ${work.replaceAll('\n', '\n    ')}
  }
}`.trim();
}

/** The same across the lanes, an invocation staying with its own. */
function acrossRows({ lanes, points, invocations }: SharedTransform, work: string): string {
  return `
{
  let s = local % ${lanes}u;
  let row = rowOf(group, s);
  for (var i = local; i < ${points * lanes}u; i += ${invocations}u) {
    let k2 = i / ${lanes}u;
    let k = row.k1 + params.n1 * k2;
    if (row.live && 2u * k <= params.n1 * params.n2) {
      ${work.replaceAll('\n', '\n      ')}
    }
  }
}`.trim();
}

/** Last pass of a forward transform: rows of `work` are transformed, \`give\` takes bins k and n - k. Buffers as above. */
export function rowsForward(name: string, rows: SharedTransform, output: Hook): Program {
  const { lanes } = rows;
  const body = `
${alongRows(rows, `mem[k2 * ${lanes}u + s] = work[row.at + k2 * params.pairs];`)}
forward(local);
${acrossRows(rows, `give(k, row.o, row.p, mem[i], mem[mirrored(row.k1, k2) * ${lanes}u + row.mirror]);`)}`;
  return pass(`${name}: rows`, rows, 'read', output, body, { declarations: rowOf(lanes) });
}

/** First pass of a backward transform: \`bins\` gives bins k and n - k; rows are transformed, turned back and written to `work`. */
export function rowsBackward(name: string, rows: SharedTransform, input: Hook): Program {
  const { lanes } = rows;
  const body = `
${acrossRows(
  rows,
  `let both = bins(k, row.o, row.p);
mem[i] = both.xy;
mem[mirrored(row.k1, k2) * ${lanes}u + row.mirror] = both.zw;`,
)}
backward(local);
${alongRows(
  rows,
  `let turn = step(row.k1 * k2);
work[row.at + k2 * params.pairs] = times(mem[k2 * ${lanes}u + s], vec2f(turn.x, -turn.y));`,
)}`;
  return pass(`${name}: rows`, rows, 'read_write', input, body, { declarations: rowOf(lanes) });
}

/** Workgroups of {@link rowsProduct}. */
export function productGroups(rows: SharedTransform, outers: number, n1: number, pairs: number): number {
  return outers * Math.ceil((n1 * pairs) / rows.lanes);
}

/**
 * The middle pass of a convolution with one spectrum: rows of \`work\` are transformed, multiplied by \`spectrum\` (buffer of vec2f, by
 * bin), transformed back and turned back, in place. Buffers: work, table, steps, spectrum.
 */
export function rowsProduct(name: string, rows: SharedTransform): Program {
  const { lanes, points, invocations } = rows;
  const walk = (work: string): string => `
for (var i = local; i < ${points * lanes}u; i += ${invocations}u) {
  let s = select(i % ${lanes}u, i / ${points}u, params.pairs == 1u);
  let k2 = select(i / ${lanes}u, i % ${points}u, params.pairs == 1u);
  let row = (group % chunks) * ${lanes}u + s;
  let k1 = row / params.pairs;
  let at = ((group / chunks) * params.n1 + k1) * params.n2 * params.pairs + row % params.pairs + k2 * params.pairs;
  if (row < params.n1 * params.pairs) {
    ${work}
  }
}`;
  const body = `
let chunks = (params.n1 * params.pairs + ${lanes - 1}u) / ${lanes}u;
${walk(`mem[k2 * ${lanes}u + s] = work[at];`)}
forward(local);
${walk(`mem[k2 * ${lanes}u + s] = times(mem[k2 * ${lanes}u + s], spectrum[k1 + params.n1 * k2]);`)}
backward(local);
${walk(`let turn = step(k1 * k2);
    work[at] = times(mem[k2 * ${lanes}u + s], vec2f(turn.x, -turn.y));`)}`;
  return pass(`${name}: product`, rows, 'read_write', null, body, {
    buffers: [{ name: 'spectrum', access: 'read', type: 'vec2f' }],
  });
}
