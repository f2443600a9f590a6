// WGSL for the frequencies of two real signals that ride in one complex transform. What a convolution does to bin k it does to
// n - k too, so both belong to one invocation: it reads them from workgroup memory, takes the two signals apart, and puts
// their products back where it read, without a barrier.
//
// A value is a vec4f, a complex number for each of the two signals. Bins 0 and n/2 are real: they share the value of k = 0. The
// cosine transform's value is the pair of coefficients k and n - k, which one bin of the complex transform determines.
//
// A transform of n = n1·n2 points whose first factor has been transformed leaves n1 rows of n2 points, bin k1 + n1·k2 in row
// k1. Rows k1 and n1 - k1 then go together, and row 0 with row n1/2. All of it in one pass is n1 = 1.
import { twiddles } from '@orchid-ml/fft/wgsl';
import { getPair, putPair } from './pairs.ts';

export interface Bins {
  readonly transform: 'dft' | 'dct';
  /** points of the transform in workgroup memory: a WGSL expression, and whether it is even */
  readonly n2: string;
  readonly isEven: boolean;
  /** 1, or a factor of n such that n/n1 is even when n is */
  readonly n1: number;
  /** pairs of signals that a workgroup transforms side by side */
  readonly lanes: number;
  /** where in the buffer `table` the cosine transform's {@link twistTable} begins */
  readonly twist: string;
}

/** Params of the programs: the length in workgroup memory, and what `pack` scales by, {@link scalesOf}. */
export const BIN_PARAMS = { n: 'u32', edge: 'f32', middle: 'f32' } as const;

/** Scales of bins 0 and n/2, and of the others. */
export function scalesOf(transform: 'dft' | 'dct', n: number): { edge: number; middle: number } {
  return transform === 'dct' ? { edge: Math.sqrt(1 / n), middle: Math.sqrt(0.5 / n) } : { edge: 1 / n, middle: 1 / n };
}

/** Rows in a workgroup's memory: point t of row r of lane s is `mem[(t * rows + r) * lanes + s]`. */
export function rowsOf(n1: number): 1 | 2 {
  return n1 === 1 ? 1 : 2;
}

/** Pairs of rows (or, of one row, 1): what a transform is divided into. */
export function blocksOf(n1: number): number {
  return Math.ceil(n1 / 2);
}

/** Most values that a workgroup has of a lane; block 0 of an odd n1 has fewer. */
export function valuesOf(n1: number, n2: number): number {
  return n1 === 1 ? Math.ceil(n2 / 2) : n2;
}

/** e^(-iπk/2n) for k <= n/2, real and imaginary parts in turn. */
export function twistTable(n: number): Float32Array<ArrayBuffer> {
  return twiddles(4 * n, Math.floor(n / 2) + 1);
}

/**
 * Functions over `mem: array<vec2f>`: `binOf(i, block)` for i < `valuesIn(block)`, `unpack(bin)`, `pack(bin, value)`, `product`,
 * `correlation`, `constant` and its gradient.
 *
 * Values go back with real and imaginary parts exchanged, and scaled: the forward transform is then the backward one, with its
 * results exchanged too. So a program has the text of one transform only, however many it runs.
 */
export function binFunctions(bins: Bins): string {
  return ['struct Bin { at: u32, mirror: u32, k: u32 }', binOf(bins), unpackAndPack(bins), products(bins)].join('\n');
}

/** WGSL expression of n. */
function lengthOf({ n1, n2 }: Bins): string {
  return n1 === 1 ? n2 : `(${n1}u * ${n2})`;
}

function binOf(bins: Bins): string {
  const { n1, n2, lanes, isEven } = bins;
  const stride = rowsOf(n1) * lanes;
  const begin = `
fn binOf(i: u32, block: u32) -> Bin {
  let j = i / ${lanes}u;
  let lane = i % ${lanes}u;`.trim();
  const firstRow = `
  let mirror = select(${n2} - j, ${n2} / 2u, j == 0u);
  return Bin(j * ${stride}u + lane, mirror * ${stride}u + lane, j * ${n1}u);
}`;
  const half = `((${n2} + 1u) / 2u)`;
  if (n1 === 1) return `fn valuesIn(block: u32) -> u32 { return ${half} * ${lanes}u; }\n${begin}${firstRow}`;
  const hasMiddleRow = n1 % 2 === 0;
  if (hasMiddleRow && !isEven) throw new Error(`bins: the rows of an even number of points are odd; want them even`);
  const count = hasMiddleRow ? n2 : `select(${n2}, ${half}, block == 0u)`;
  const middleRow = `
  if (j >= ${half}) {
    let m = j - ${half};
    return Bin(m * ${stride}u + ${lanes}u + lane, (${n2} - 1u - m) * ${stride}u + ${lanes}u + lane, ${n1 / 2}u + ${n1}u * m);
  }`;
  return `
fn valuesIn(block: u32) -> u32 { return ${count} * ${lanes}u; }
fn rowOf(block: u32, r: u32) -> u32 {
  if (r == 0u) { return block; }
  return select(${n1}u - block, ${hasMiddleRow ? n1 / 2 : n1}u, block == 0u);
}
// The value of the lesser of bins k and n - k.
fn ordered(at: u32, mirror: u32, k: u32) -> Bin {
  if (2u * k > ${lengthOf(bins)}) { return Bin(mirror, at, ${lengthOf(bins)} - k); }
  return Bin(at, mirror, k);
}
${begin}
  if (block > 0u) {
    return ordered(j * ${stride}u + lane, (${n2} - 1u - j) * ${stride}u + ${lanes}u + lane, block + ${n1}u * j);
  }${hasMiddleRow ? middleRow : ''}${firstRow}`.trim();
}

function unpackAndPack({ transform, isEven, twist }: Bins): string {
  const isDct = transform === 'dct';
  const edge = isEven ? 'vec4f(p.x, q.x, p.y, q.y)' : 'vec4f(p.x, 0.0, p.y, 0.0)';
  const turn = `
// Both numbers times e^(-πik/2n), conjugated: from a bin to its two coefficients, and back.
fn turn(v: vec4f, k: u32) -> vec4f {
  let w = table[${twist} + k];
  return vec4f(times(v.xy, w), times(v.zw, w)) * vec4f(1.0, -1.0, 1.0, -1.0);
}
`.trimStart();
  return `${isDct ? turn : ''}fn unpack(bin: Bin) -> vec4f {
  let p = mem[bin.at];
  let q = mem[bin.mirror];
  if (bin.k == 0u) { return ${edge}${isDct ? ' * params.edge' : ''}; }
  let v = vec4f(p.x + q.x, p.y - q.y, p.y + q.y, q.x - p.x);
  return ${isDct ? 'params.middle * turn(v, bin.k)' : '0.5 * v'};
}
fn pack(bin: Bin, value: vec4f) {
  if (bin.k == 0u) {
    let v = value * params.edge;
    mem[bin.at] = v.zx;${isEven ? '\n    mem[bin.mirror] = v.wy;' : ''}
    return;
  }
  let v = params.middle * ${isDct ? 'turn(value, bin.k)' : 'value'};
  mem[bin.at] = vec2f(v.y + v.z, v.x - v.w);
  mem[bin.mirror] = vec2f(v.z - v.y, v.x + v.w);
}`;
}

function products({ transform }: Bins): string {
  if (transform === 'dct') {
    return `
fn product(a: vec4f, b: vec4f, k: u32) -> vec4f { return a * b; }
fn correlation(a: vec4f, b: vec4f, k: u32) -> vec4f { return a * b; }
// A constant added to the spectrum, and its gradient.
fn constant(c: vec2f, k: u32) -> vec4f { return c.xxyy; }
fn constantGradient(v: vec4f, k: u32) -> vec2f { return v.xz + v.yw; }`.trim();
  }
  return `
fn product(a: vec4f, b: vec4f, k: u32) -> vec4f {
  if (k == 0u) { return a * b; }
  return vec4f(times(a.xy, b.xy), times(a.zw, b.zw));
}
// conj(a) b
fn correlation(a: vec4f, b: vec4f, k: u32) -> vec4f {
  if (k == 0u) { return a * b; }
  return product(a * vec4f(1.0, -1.0, 1.0, -1.0), b, k);
}
// A constant added to the spectrum, and its gradient.
fn constant(c: vec2f, k: u32) -> vec4f {
  return vec4f(c.x, select(0.0, c.x, k == 0u), c.y, select(0.0, c.y, k == 0u));
}
fn constantGradient(v: vec4f, k: u32) -> vec2f {
  return params.edge * select(2.0 * v.xz, v.xz + v.yw, k == 0u);
}`.trim();
}

/** `fn spectrumAt(example: u32, bin: Bin, pair: u32) -> vec4f`, the value of H in the buffers `re` and `im`. */
export function spectrumRead(bins: Bins, isEvenWidth: boolean): string {
  const isDct = bins.transform === 'dct';
  const n = lengthOf(bins);
  const middle = bins.isEven ? `get_re(row + ${n} / 2u, pair)` : 'vec2f()';
  return `
${getPair('re', isEvenWidth)}${isDct ? '' : `\n${getPair('im', isEvenWidth)}`}
fn spectrumAt(example: u32, bin: Bin, pair: u32) -> vec4f {
  let row = example * ${isDct ? n : `(${n} / 2u + 1u)`};
  let p = get_re(row + bin.k, pair);
  var q = vec2f();
  if (bin.k == 0u) { q = ${middle}; } else { q = ${isDct ? `get_re(row + ${n} - bin.k, pair)` : 'get_im(row + bin.k, pair)'}; }
  return vec4f(p.x, q.x, p.y, q.y);
}`.trim();
}

/** `fn putSpectrum(example: u32, bin: Bin, pair: u32, v: vec4f)`, the gradient of H from conj(Z) G, into `dRe` and `dIm`. */
export function spectrumWrite(bins: Bins, isEvenWidth: boolean): string {
  const n = lengthOf(bins);
  const begin = 'fn putSpectrum(example: u32, bin: Bin, pair: u32, v: vec4f) {';
  if (bins.transform === 'dct') {
    return `
${putPair('dRe', isEvenWidth)}
${begin}
  let row = example * ${n};
  put_dRe(row + bin.k, pair, v.xz);
  if (bin.k > 0u) { put_dRe(row + ${n} - bin.k, pair, v.yw); }${
    bins.isEven ? ` else { put_dRe(row + ${n} / 2u, pair, v.yw); }` : ''
  }
}`.trim();
  }
  const middle = `
  put_dRe(row + ${n} / 2u, pair, params.edge * v.yw);
  put_dIm(row + ${n} / 2u, pair, vec2f());`;
  return `
${putPair('dRe', isEvenWidth)}
${putPair('dIm', isEvenWidth)}
${begin}
  let row = example * (${n} / 2u + 1u);
  if (bin.k > 0u) {
    put_dRe(row + bin.k, pair, 2.0 * params.edge * v.xz);
    put_dIm(row + bin.k, pair, 2.0 * params.edge * v.yw);
    return;
  }
  put_dRe(row, pair, params.edge * v.xz);
  put_dIm(row, pair, vec2f());${bins.isEven ? middle : ''}
}`.trim();
}
