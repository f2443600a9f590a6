// A transform of signals that lie in workgroup memory, as WGSL functions that kernels call between their own loads and stores.
import { cached, type Program } from '@orchid-ml/backends/webgpu-host';
import { butterfly, COMPLEX, type Radix, stagesOf } from './butterflies.ts';
import { chirps, joined, twiddles } from './tables.ts';

/** What of a device's limits decides how signals are shared out. */
export interface WorkgroupLimits {
  readonly maxComputeWorkgroupStorageSize: number;
  readonly maxComputeInvocationsPerWorkgroup: number;
}

export interface SharedTransform {
  /** length of the transforms */
  readonly n: number;
  /** how many signals a workgroup transforms at once; element t of signal s lies at mem[t * lanes + s] */
  readonly lanes: number;
  readonly invocations: number;
  /** elements of `mem` for each signal: n, or the length of the inner transforms of Bluestein's algorithm */
  readonly points: number;
  /** WGSL expression of n: a number, or `params.n` where the same text serves many lengths */
  readonly length: string;
  /** programs whose transforms have the same key have the same text */
  readonly key: string;
  /** what the program has to have in workgroup memory: `mem: array<vec2f, points * lanes>` */
  readonly shared: Readonly<Record<string, string>>;
  /** what has to be bound to the program's buffer `table: array<vec2f>` */
  readonly table: { readonly key: string; make(): Float32Array<ArrayBuffer> };
  /**
   * WGSL: `fn forward(local: u32)` and `fn backward(local: u32)` on `mem`, unscaled, natural order in and out, and `times`. All
   * invocations must call them; they wait for each other at the beginning and at the end. The program has to have a parameter
   * `n: u32`.
   */
  readonly declarations: string;
}

const BYTES = 8;
/** Beyond this, more signals in a workgroup leave a GPU too few workgroups at a time. */
const ENOUGH = 16384;
const MOST_LANES = 8;
/** Where there are so many short signals, wider workgroups are fuller. */
const MANY_SIGNALS = 4096;
const WIDE_LANES = 32;
const MOST_INVOCATIONS = 256;
/** Registers hold about so many points of an invocation between reading and writing. */
const POINTS_AN_INVOCATION = 8;

const powerOfTwo = (least: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, least)));

/** What length n takes of workgroup memory for a signal, in complex numbers. */
export function pointsOf(n: number): number {
  return stagesOf(n) ? n : powerOfTwo(2 * n - 1);
}

/**
 * How many signals of length n a workgroup takes, a power of two; 0 when not one fits.
 *
 * @param signals how many there are
 */
export function lanesFor(n: number, signals: number, limits: WorkgroupLimits): number {
  const bytes = pointsOf(n) * BYTES;
  if (bytes > limits.maxComputeWorkgroupStorageSize) return 0;
  const room = Math.min(ENOUGH, limits.maxComputeWorkgroupStorageSize) / bytes;
  const most = Math.min(room, signals >= MANY_SIGNALS ? WIDE_LANES : MOST_LANES);
  return 2 ** Math.floor(Math.log2(Math.max(1, most)));
}

/** How many invocations suit a workgroup: a multiple of `lanes`. */
export function invocationsFor(n: number, lanes: number, limits: WorkgroupLimits): number {
  const most = Math.min(MOST_INVOCATIONS, limits.maxComputeInvocationsPerWorkgroup);
  const points = pointsOf(n);
  const narrowest = Math.min(...stagesOf(points)!, POINTS_AN_INVOCATION);
  // short transforms: a butterfly an invocation in every stage
  const each = (points / narrowest) * lanes;
  return each <= most
    ? Math.max(lanes, each)
    : Math.max(lanes, Math.min(most, powerOfTwo((points * lanes) / POINTS_AN_INVOCATION)));
}

/** `build`, once for transforms whose text is the same: all lengths that Bluestein's algorithm brings to one, for example. */
export function perTransform(build: (transform: SharedTransform) => Program): (transform: SharedTransform) => Program {
  const programs = new Map<string, Program>();
  return (transform) => {
    let program = programs.get(transform.key);
    if (!program) {
      program = build(transform);
      programs.set(transform.key, program);
    }
    return program;
  };
}

/**
 * The transform of length n for `lanes` signals by `invocations` invocations, a multiple of `lanes`. Prime factors above 5 go
 * through Bluestein's algorithm.
 */
export const sharedTransform: (n: number, lanes: number, invocations: number) => SharedTransform =
  cached(makeTransform);

function makeTransform(n: number, lanes: number, invocations: number): SharedTransform {
  const points = pointsOf(n);
  const direct = points === n && stagesOf(n) !== null;
  const stages = stagesOf(points)!;
  const functions = [...new Set(stages)].map(butterfly);
  const sizes = { points, lanes, invocations };
  const text = direct ? directText(stages, sizes) : bluesteinText(stages, sizes);
  return {
    n,
    lanes,
    invocations,
    points,
    length: direct ? `${n}u` : 'params.n',
    key: `${direct ? '' : 'bluestein '}${points}, ${lanes} lanes, ${invocations} invocations`,
    shared: { mem: `array<vec2f, ${points * lanes}>` },
    table: direct
      ? { key: `fft: twiddles ${n}`, make: () => twiddles(n) }
      : {
          key: `fft: bluestein ${n} in ${points}`,
          make: () => {
            const { chirp, spectrum } = chirps(n, points);
            return joined(twiddles(points), chirp, spectrum);
          },
        },
    declarations: [COMPLEX, ...functions, text].join('\n'),
  };
}

interface Sizes {
  readonly points: number;
  readonly lanes: number;
  readonly invocations: number;
}

function directText(stages: readonly Radix[], sizes: Sizes): string {
  return [
    `fn forward(local: u32) {\n${stagesText(stages, sizes, false)}\n}`,
    `fn backward(local: u32) {\n${stagesText(stages, sizes, true)}\n}`,
  ].join('\n');
}

/** Stages of one radix that follow each other. */
interface Run {
  readonly radix: Radix;
  /** product of the radices before them */
  readonly before: number;
  readonly count: number;
}

function runsOf(stages: readonly Radix[]): Run[] {
  const runs: Run[] = [];
  let before = 1;
  for (const radix of stages) {
    const last = runs.at(-1);
    if (last?.radix === radix) runs[runs.length - 1] = { ...last, count: last.count + 1 };
    else runs.push({ radix, before, count: 1 });
    before *= radix;
  }
  return runs;
}

/** All stages; `exchanged` exchanges real and imaginary parts at both ends. */
function stagesText(stages: readonly Radix[], sizes: Sizes, exchanged: boolean): string {
  return ['  workgroupBarrier();', ...runsOf(stages).map((run) => runText(run, sizes, exchanged))].join('\n');
}

/**
 * Stages of Stockham's algorithm, butterflies of `radix` points on sub-transforms of length `before`, then `before · radix`, ...
 * All invocations read their butterflies before any writes. One text serves all of them, in a loop whose end no compiler
 * knows: unrolled stages would take some drivers seconds to compile.
 */
function runText({ radix, before, count }: Run, sizes: Sizes, exchanged: boolean): string {
  const { points, lanes } = sizes;
  const [first, end] = [before * lanes, before * radix ** count * lanes];
  const step = points / (before * radix);
  const exchangedIn = exchanged && before === 1 ? (count === 1 ? 'true' : `block == ${lanes}u`) : 'false';
  const whole = points * lanes;
  const exchangedOut = exchanged && end === whole ? (count === 1 ? 'true' : `block == ${whole / radix}u`) : 'false';
  const body = stageText(radix, first, count > 1, sizes, exchangedIn, exchangedOut);
  if (count === 1) return `  {\n    const block = ${first}u;\n    const step = ${step}u;\n${body}\n  }`;
  return `  {
    var step = ${step}u;
    let end = select(0u, ${end}u, params.n > 0u);
    for (var block = ${first}u; block < end; block *= ${radix}u) {
${body}
      step /= ${radix}u;
    }
  }`;
}

function stageText(
  radix: Radix,
  first: number,
  looped: boolean,
  { points, lanes, invocations }: Sizes,
  exchangedIn: string,
  exchangedOut: string,
): string {
  const butterflies = (points / radix) * lanes;
  const rounds = Math.ceil(butterflies / invocations);
  const powersOfTwo = (first & (first - 1)) === 0 && (!looped || radix % 2 === 0);
  const read: string[] = [];
  const write: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const partial = (round + 1) * invocations > butterflies;
    const [i, x, within] = [`i${round}`, `x${round}`, `within${round}`];
    read.push(`let ${i} = local${round === 0 ? '' : ` + ${round * invocations}u`};`);
    read.push(`let ${within} = ${powersOfTwo ? `${i} & (block - 1u)` : `${i} % block`};`);
    read.push(`var ${x}: array<vec2f, ${radix}>;`);
    const loads: string[] = [];
    for (let q = 0; q < radix; q++) {
      const value = `mem[${i}${q === 0 ? '' : ` + ${q * butterflies}u`}]`;
      loads.push(`${x}[${q}] = ${exchangedText(value, exchangedIn)};`);
    }
    // the first stage of all needs no twiddles
    if (looped || first > lanes) loads.push(...twiddleLines(radix, `(${within} / ${lanes}u) * step`, x));
    loads.push(`radix${radix}(&${x});`);
    read.push(...guarded(partial, i, butterflies, loads));
    const stores = [`let to = (${i} - ${within}) * ${radix}u + ${within};`];
    for (let q = 0; q < radix; q++) {
      stores.push(`mem[to${q === 0 ? '' : ` + ${q}u * block`}] = ${exchangedText(`${x}[${q}]`, exchangedOut)};`);
    }
    write.push(...guarded(partial, i, butterflies, stores));
  }
  const lines = [...read, 'workgroupBarrier();', ...write, 'workgroupBarrier();'];
  return lines.map((line) => `${looped ? '      ' : '    '}${line}`).join('\n');
}

function exchangedText(value: string, when: string): string {
  if (when === 'false') return value;
  return when === 'true' ? `${value}.yx` : `select(${value}, ${value}.yx, ${when})`;
}

function guarded(partial: boolean, i: string, butterflies: number, lines: readonly string[]): string[] {
  return [partial ? `if (${i} < ${butterflies}u) {` : '{', ...lines.map((line) => `  ${line}`), '}'];
}

/** One twiddle is read, its powers are multiplied up: fewer reads, at a rounding or three. */
function twiddleLines(radix: Radix, index: string, x: string): string[] {
  const lines = [`let w1 = table[${index}];`];
  for (let q = 2; q < radix; q++) lines.push(`let w${q} = times(w${q >> 1}, w${q - (q >> 1)});`);
  for (let q = 1; q < radix; q++) lines.push(`${x}[${q}] = times(${x}[${q}], w${q});`);
  return lines;
}

function bluesteinText(stages: readonly Radix[], sizes: Sizes): string {
  const { points, lanes, invocations } = sizes;
  const each = `for (var i = local; i < ${points * lanes}u; i += ${invocations}u)`;
  // The chirp is zero from n on. Both inner transforms are one piece of text, run twice: the second, on exchanged parts, is the
  // inverse.
  return `
fn inner(local: u32) {
${stagesText(stages, sizes, false)}
}
fn convolved(local: u32, exchanged: bool) {
  workgroupBarrier();
  ${each} {
    let t = i / ${lanes}u;
    let value = select(mem[i], mem[i].yx, exchanged);
    mem[i] = select(vec2f(), times(value, table[${points}u + t]), t < params.n);
  }
  let turns = select(0u, 2u, params.n > 0u);
  for (var turn = 0u; turn < turns; turn++) {
    inner(local);
    let last = turn == 1u;
    ${each} {
      let value = times(select(mem[i], mem[i].yx, last), table[select(${2 * points}u, ${points}u, last) + i / ${lanes}u]);
      mem[i] = select(value.yx, value, last && !exchanged);
    }
  }
  workgroupBarrier();
}
fn forward(local: u32) { convolved(local, false); }
fn backward(local: u32) { convolved(local, true); }`.trim();
}
