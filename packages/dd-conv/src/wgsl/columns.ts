// The first and the last pass of a transform too long for workgroup memory, n = n1·n2 (Cooley and Tukey, 1965): as [n1, n2, pairs],
// sample j1·n2 + j2, the data is transformed along n1, for neighbouring j2 and pairs side by side, so that memory is read and
// written in whole lines; and times e^(-2πi k1·j2/n). What is left are the n1 rows that `fused.ts` takes. And all of it back.
import type { Program } from '@orchid-ml/backends/webgpu-host';
import { type SharedTransform, STEPS } from '@orchid-ml/fft/wgsl';
import { getPair, pairSlot, putPair } from './pairs.ts';

/** n2, rows of the tensor an owner (an example, a kernel) has, and how many workgroups an owner takes. */
export const COLUMN_PARAMS = {
  n: 'u32',
  n2: 'u32',
  width: 'u32',
  pairs: 'u32',
  length: 'u32',
  blocks: 'u32',
  scale: 'f32',
} as const;

export interface ToRows {
  readonly transform: 'dft' | 'dct';
  readonly isEvenWidth: boolean;
  /** x is multiplied by `gate` */
  readonly hasGate: boolean;
  /** `skip` times the param `scale` is added to x's first row */
  readonly hasSkip: boolean;
}

export interface FromRows {
  readonly transform: 'dft' | 'dct';
  readonly isEvenWidth: boolean;
  /** out is multiplied by `gate` */
  readonly hasGate: boolean;
  /** a second output, multiplied by `otherGate` */
  readonly hasOther: boolean;
  /** the outputs are added to what is there */
  readonly adds: boolean;
}

const built = new Map<string, Program>();

function once(kind: string, options: object, transform: SharedTransform, build: () => Program): Program {
  const key = JSON.stringify([kind, transform.key, options]);
  let program = built.get(key);
  if (!program) {
    program = build();
    built.set(key, program);
  }
  return program;
}

/** {x, gate?, skip?, table, steps} → rows */
export function toRowsProgram(options: ToRows, transform: SharedTransform): Program {
  return once('to rows', options, transform, () => {
    const { isEvenWidth, hasGate, hasSkip } = options;
    const row = 'owner * params.length + t, pair';
    return {
      name: 'ddConv: columns',
      buffers: [
        pairSlot('x', 'read', isEvenWidth),
        ...(hasGate ? [pairSlot('gate', 'read', isEvenWidth)] : []),
        ...(hasSkip ? [pairSlot('skip', 'read', isEvenWidth)] : []),
        { name: 'table', access: 'read', type: 'vec2f' },
        { name: 'steps', access: 'read', type: 'vec2f' },
        { name: 'rows', access: 'read_write', type: 'vec2f' },
      ],
      params: COLUMN_PARAMS,
      workgroupSize: transform.invocations,
      shared: transform.shared,
      declarations: [
        transform.declarations,
        STEPS,
        sampleFunction(options.transform),
        getPair('x', isEvenWidth),
        ...(hasGate ? [getPair('gate', isEvenWidth)] : []),
        ...(hasSkip ? [getPair('skip', isEvenWidth)] : []),
      ].join('\n'),
      body: `
${lanesText(transform)}
${each(transform)} {
  var value = vec2f();
  let t = sample(i / ${transform.lanes}u * params.n2 + j2);
  if (isThere && t < params.length) {
    value = get_x(${row})${hasGate ? ` * get_gate(${row})` : ''};${
      hasSkip ? '\n    if (t == 0u) { value += params.scale * get_skip(0u, pair); }' : ''
    }
  }
  mem[i] = value;
}
forward(local);
${each(transform)} {
  let k1 = i / ${transform.lanes}u;
  if (isThere) { rows[(owner * params.n + k1) * line + column] = times(mem[i], step(k1 * j2)); }
}`,
    };
  });
}

/** {rows, table, steps, gate?, otherGate?} → out, other? */
export function fromRowsProgram(options: FromRows, transform: SharedTransform): Program {
  return once('from rows', options, transform, () => {
    const { isEvenWidth, hasGate, hasOther, adds } = options;
    const row = 'owner * params.length + t, pair';
    const put = (name: string, gate: boolean, gateName: string) =>
      `put_${name}(${row}, ${adds ? `get_${name}(${row}) + ` : ''}value${gate ? ` * get_${gateName}(${row})` : ''});`;
    const outputs = ['out', ...(hasOther ? ['other'] : [])];
    const gates = [...(hasGate ? ['gate'] : []), ...(hasOther ? ['otherGate'] : [])];
    return {
      name: 'ddConv: columns back',
      buffers: [
        { name: 'rows', access: 'read', type: 'vec2f' },
        { name: 'table', access: 'read', type: 'vec2f' },
        { name: 'steps', access: 'read', type: 'vec2f' },
        ...gates.map((name) => pairSlot(name, 'read', isEvenWidth)),
        ...outputs.map((name) => pairSlot(name, 'read_write', isEvenWidth)),
      ],
      params: COLUMN_PARAMS,
      workgroupSize: transform.invocations,
      shared: transform.shared,
      declarations: [
        transform.declarations,
        STEPS,
        sampleFunction(options.transform),
        ...gates.map((name) => getPair(name, isEvenWidth)),
        ...outputs.map((name) => putPair(name, isEvenWidth)),
        ...(adds ? outputs.map((name) => getPair(name, isEvenWidth)) : []),
      ].join('\n'),
      // Rows come with real and imaginary parts exchanged back; exchanged here, the forward transform is the backward one.
      body: `
${lanesText(transform)}
${each(transform)} {
  var value = vec2f();
  let k1 = i / ${transform.lanes}u;
  if (isThere) { value = times(rows[(owner * params.n + k1) * line + column].yx, step(k1 * j2)); }
  mem[i] = value;
}
forward(local);
${each(transform)} {
  let t = sample(i / ${transform.lanes}u * params.n2 + j2);
  if (isThere && t < params.length) {
    let value = mem[i].yx * params.scale;
    ${put('out', hasGate, 'gate')}${hasOther ? `\n    ${put('other', true, 'otherGate')}` : ''}
  }
}`,
    };
  });
}

/** Which sample stands at a place: the inverse of `placeFunction`. */
function sampleFunction(transform: 'dft' | 'dct'): string {
  if (transform === 'dft') return 'fn sample(place: u32) -> u32 { return place; }';
  return `
fn sample(place: u32) -> u32 {
  let n = params.n * params.n2;
  return select(2u * (n - 1u - place) + 1u, 2u * place, 2u * place < n);
}`.trim();
}

/** An invocation has one lane: a column of one pair. */
function lanesText({ lanes }: SharedTransform): string {
  return `
let owner = group / params.blocks;
let line = params.n2 * params.pairs;
let column = (group % params.blocks) * ${lanes}u + local % ${lanes}u;
let isThere = column < line;
let j2 = column / params.pairs;
let pair = column % params.pairs;`.trim();
}

function each({ lanes, invocations }: SharedTransform): string {
  return `for (var i = local; i < params.n * ${lanes}u; i += ${invocations}u)`;
}
