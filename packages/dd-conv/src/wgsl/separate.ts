// WGSL for convolutions whose transforms are programs of their own: what is between them, a number for each invocation.
import type { Program } from '@orchid-ml/backends/webgpu-host';

const invocations = 256;

/** Workgroups for so many numbers. */
export function groupsFor(size: number): number {
  return Math.ceil(size / invocations);
}

const built = new Map<string, Program>();

function once(key: string, build: () => Program): Program {
  let program = built.get(key);
  if (!program) {
    program = build();
    built.set(key, program);
  }
  return program;
}

/** {x, gate?} → out: [owners, rows, width], the first rows of x's `fromRows`, zeros after them, times gate; {other: the same times otherGate} */
export function cutProgram(hasGate: boolean, hasOther: boolean): Program {
  return once(`cut ${hasGate} ${hasOther}`, () => ({
    name: 'ddConv: gate',
    buffers: [
      { name: 'x', access: 'read' },
      ...(hasGate ? [{ name: 'gate', access: 'read' } as const] : []),
      ...(hasOther ? [{ name: 'otherGate', access: 'read' } as const] : []),
      { name: 'out', access: 'read_write' },
      ...(hasOther ? [{ name: 'other', access: 'read_write' } as const] : []),
    ],
    params: { size: 'u32', rowSize: 'u32', fromRowSize: 'u32' },
    workgroupSize: invocations,
    body: `
let i = group * ${invocations}u + local;
if (i < params.size) {
  let value = x[i / params.rowSize * params.fromRowSize + i % params.rowSize];
  out[i] = value${hasGate ? ' * gate[i]' : ''};${hasOther ? '\n  other[i] = value * otherGate[i];' : ''}
}`,
  }));
}

export interface Filtering {
  readonly isReal: boolean;
  readonly conjugates: boolean;
  readonly hasKernel: boolean;
  readonly hasSpectrum: boolean;
  readonly hasSkip: boolean;
}

const BINS = `
let i = group * ${invocations}u + local;
if (i >= params.size) { return; }
let within = i % params.exampleSize;
let k = within / params.width;
let isEdge = k == 0u || 2u * k == params.n;`.trim();

const BIN_PARAMS = { n: 'u32', size: 'u32', exampleSize: 'u32', width: 'u32' } as const;

const read = (isThere: boolean, ...names: string[]) =>
  isThere ? names.map((name) => ({ name, access: 'read' }) as const) : [];
const written = (isThere: boolean, ...names: string[]) =>
  isThere ? names.map((name) => ({ name, access: 'read_write' }) as const) : [];

/** {xRe, xIm} times scale {kernelRe, kernelIm} + {re, im} + skip, or times its conjugate, in place; `kernelSize` is one kernel's or all. */
export function filterProgram(filtering: Filtering): Program {
  return once(JSON.stringify(filtering), () => {
    const { isReal, conjugates, hasKernel, hasSpectrum, hasSkip } = filtering;
    const terms = (kernel: string, spectrum: string, skip: string) =>
      [hasKernel ? kernel : '', hasSpectrum ? spectrum : '', hasSkip ? skip : ''].filter((term) => term !== '');
    const re = terms('params.scale * kernelRe[i % params.kernelSize]', 're[i]', 'skip[i % params.width]').join(' + ');
    const im = terms('params.scale * kernelIm[i % params.kernelSize]', 'im[i]', '').join(' + ') || '0.0';
    const sign = conjugates ? '-' : '';
    return {
      name: 'ddConv: product',
      buffers: [
        ...written(true, 'xRe'),
        ...written(!isReal, 'xIm'),
        ...read(hasKernel, 'kernelRe'),
        ...read(hasKernel && !isReal, 'kernelIm'),
        ...read(hasSpectrum, 're'),
        ...read(hasSpectrum && !isReal, 'im'),
        ...read(hasSkip, 'skip'),
      ],
      params: { ...BIN_PARAMS, kernelSize: 'u32', scale: 'f32' },
      workgroupSize: invocations,
      body: isReal
        ? `${BINS}\nxRe[i] = xRe[i] * (${re});`
        : `
${BINS}
let x = vec2f(xRe[i], xIm[i]);
let h = vec2f(${re}, select(${sign}(${im}), 0.0, isEdge));
xRe[i] = x.x * h.x - x.y * h.y;
xIm[i] = x.x * h.y + x.y * h.x;`,
    };
  });
}

/** {xRe, xIm, gRe, gIm} → dRe, dIm: conj(x) g, weighed to be the gradient of H */
export function correlateProgram(isReal: boolean): Program {
  return once(`correlate ${isReal}`, () => ({
    name: 'ddConv: gradient of spectrum',
    buffers: [
      ...read(true, 'xRe'),
      ...read(!isReal, 'xIm'),
      ...read(true, 'gRe'),
      ...read(!isReal, 'gIm'),
      ...written(true, 'dRe'),
      ...written(!isReal, 'dIm'),
    ],
    params: BIN_PARAMS,
    workgroupSize: invocations,
    body: isReal
      ? `${BINS}\ndRe[i] = xRe[i] * gRe[i];`
      : `
${BINS}
let weight = select(2.0, 1.0, isEdge) / f32(params.n);
dRe[i] = weight * (xRe[i] * gRe[i] + xIm[i] * gIm[i]);
dIm[i] = select(weight * (xRe[i] * gIm[i] - xIm[i] * gRe[i]), 0.0, isEdge);`,
  }));
}
