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
const MOST_LANES = 64;
const MOST_INVOCATIONS = 256;
/** Registers hold so many points of an invocation between reading and writing. */
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
  // no fewer than 8 for the sake of few signals: each number of lanes is a program to compile
  const most = Math.min(room, MOST_LANES, Math.max(8, powerOfTwo(signals)));
  return 2 ** Math.floor(Math.log2(Math.max(1, most)));
}

/** How many invocations suit a workgroup: a power of two, a multiple of `lanes`. */
export function invocationsFor(n: number, lanes: number, limits: WorkgroupLimits): number {
  const most = Math.min(MOST_INVOCATIONS, limits.maxComputeInvocationsPerWorkgroup);
  return Math.max(lanes, Math.min(most, Math.max(32, powerOfTwo((pointsOf(n) * lanes) / POINTS_AN_INVOCATION))));
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

/** All stages; `exchanged` exchanges real and imaginary parts at both ends. */
function stagesText(stages: readonly Radix[], sizes: Sizes, exchanged: boolean): string {
  const lines = ['  workgroupBarrier();'];
  let before = 1;
  stages.forEach((radix, i) => {
    const last = i === stages.length - 1;
    lines.push(stageText(radix, before, sizes, exchanged && i === 0, exchanged && last));
    before *= radix;
  });
  return lines.join('\n');
}

/**
 * One stage of Stockham's algorithm: butterflies of `radix` points on sub-transforms of length `before`. All invocations read
 * their butterflies before any writes.
 */
function stageText(
  radix: Radix,
  before: number,
  { points, lanes, invocations }: Sizes,
  exchangedIn: boolean,
  exchangedOut: boolean,
): string {
  const butterflies = (points / radix) * lanes;
  const rounds = Math.ceil(butterflies / invocations);
  const read: string[] = [];
  const write: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const partial = (round + 1) * invocations > butterflies;
    const index = `i${round}`;
    read.push(`  let ${index} = local${round === 0 ? '' : ` + ${round * invocations}u`};`);
    read.push(`  var x${round}: array<vec2f, ${radix}>;`);
    const loads: string[] = [];
    for (let q = 0; q < radix; q++) {
      loads.push(
        `x${round}[${q}] = mem[${index}${q === 0 ? '' : ` + ${q * butterflies}u`}]${exchangedIn ? '.yx' : ''};`,
      );
    }
    if (before > 1) loads.push(...twiddleLines(radix, before, points, lanes, index, `x${round}`));
    loads.push(`radix${radix}(&x${round});`);
    read.push(guarded(partial, index, butterflies, loads));
    const stores = [`let to = ${placeText(radix, before, lanes, index)};`];
    for (let q = 0; q < radix; q++) {
      const value = `x${round}[${q}]${exchangedOut ? '.yx' : ''}`;
      stores.push(`mem[to${q === 0 ? '' : ` + ${q * before * lanes}u`}] = ${value};`);
    }
    write.push(guarded(partial, index, butterflies, stores));
  }
  return ['  {', ...read, '  workgroupBarrier();', ...write, '  }', '  workgroupBarrier();'].join('\n');
}

function guarded(partial: boolean, index: string, butterflies: number, lines: readonly string[]): string {
  return [partial ? `  if (${index} < ${butterflies}u) {` : '  {', ...lines.map((line) => `    ${line}`), '  }'].join(
    '\n',
  );
}

/** One twiddle is read, its powers are multiplied up: fewer reads, at a rounding or three. */
function twiddleLines(radix: Radix, before: number, points: number, lanes: number, index: string, x: string): string[] {
  const step = points / (before * radix);
  const place = `(${index} / ${lanes}u) % ${before}u`;
  const lines = [`let w1 = table[(${place})${step === 1 ? '' : ` * ${step}u`}];`];
  for (let q = 2; q < radix; q++) lines.push(`let w${q} = times(w${q >> 1}, w${q - (q >> 1)});`);
  for (let q = 1; q < radix; q++) lines.push(`${x}[${q}] = times(${x}[${q}], w${q});`);
  return lines;
}

/** Where the first output of butterfly `index` goes: (b / before) · before · radix + b % before, for each lane. */
function placeText(radix: Radix, before: number, lanes: number, index: string): string {
  const block = before * lanes;
  if (block === 1) return `${index} * ${radix}u`;
  return `(${index} / ${block}u) * ${block * radix}u + ${index} % ${block}u`;
}

function bluesteinText(stages: readonly Radix[], sizes: Sizes): string {
  const { points, lanes, invocations } = sizes;
  const each = `for (var i = local; i < ${points * lanes}u; i += ${invocations}u)`;
  const t = lanes === 1 ? 'i' : `i / ${lanes}u`;
  // The chirp is zero from n on. Both inner transforms are one piece of text, run twice: the second, on exchanged parts, is the
  // inverse.
  return `
fn inner(local: u32) {
${stagesText(stages, sizes, false)}
}
fn convolved(local: u32, exchanged: bool) {
  workgroupBarrier();
  ${each} {
    var value = vec2f();
    if (${t} < params.n) { value = times(select(mem[i], mem[i].yx, exchanged), table[${points}u + ${t}]); }
    mem[i] = value;
  }
  for (var turn = 0u; turn < 2u; turn++) {
    inner(local);
    ${each} {
      if (turn == 0u) {
        mem[i] = times(mem[i], table[${2 * points}u + ${t}]).yx;
      } else {
        let value = times(mem[i].yx, table[${points}u + ${t}]);
        mem[i] = select(value, value.yx, exchanged);
      }
    }
  }
  workgroupBarrier();
}
fn forward(local: u32) { convolved(local, false); }
fn backward(local: u32) { convolved(local, true); }`.trim();
}
