// The heart of the convolution as one WGSL program: transform signal and kernel in workgroup memory, multiply, transform back; and
// its gradients, as many of them at once as one asks for. In one pass (n1 = 1) it reads the tensors and writes the results; of a
// longer transform it does what lies between two passes over columns, rows k1 and n1 - k1 together, in place.
import type { BufferSlot, Program } from '@orchid-ml/backends/webgpu-host';
import type { SharedTransform } from '@orchid-ml/fft/wgsl';
import { BIN_PARAMS, type Bins, binFunctions, rowsOf, spectrumRead, spectrumWrite, valuesOf } from './bins.ts';
import { type Fused, needsOf, type Output } from './fused-kinds.ts';
import { FusedText } from './fused-text.ts';
import { getPair, pairSlot, placeFunction, putPair } from './pairs.ts';

export type { Fused, Output };

/**
 * Params besides {@link BIN_PARAMS}. `laneGroups` workgroups share a row of pairs, and each takes `chunk` examples: a part. Sums over
 * examples (gradients of a shared kernel and of skip) are left as the sums of parts.
 */
export const FUSED_PARAMS = {
  ...BIN_PARAMS,
  width: 'u32',
  pairs: 'u32',
  length: 'u32',
  kernelRows: 'u32',
  batch: 'u32',
  chunk: 'u32',
  values: 'u32',
  blocks: 'u32',
  laneGroups: 'u32',
  scale: 'f32',
} as const;

/** The tensors a program needs, by the names of its buffers. */
export function fusedBuffers(fused: Fused): BufferSlot[] {
  const { isEvenWidth, outputs } = fused;
  const needs = needsOf(fused);
  const slots: BufferSlot[] = [];
  const add = (isThere: boolean, name: string, access: BufferSlot['access']) => {
    if (isThere) slots.push(pairSlot(name, access, isEvenWidth));
  };
  const has = (output: Output) => outputs.includes(output);
  if (fused.n1 > 1) {
    const row = (isThere: boolean, name: string, isWritten: boolean) => {
      if (isThere) slots.push({ name, access: isWritten ? 'read_write' : 'read', type: 'vec2f' });
    };
    row(needs.signal, 'z', has('y'));
    row(needs.gradient, 'dy', has('z'));
    row(needs.kernel || has('kernel'), 'kernel', has('kernel'));
  } else {
    add(needs.signal || has('inputGate'), 'z', 'read');
    add(needs.gradient || has('outputGate'), 'dy', 'read');
    add(needs.kernel, 'kernel', 'read');
    add(fused.hasInputGate && (needs.signal || has('z')), 'inputGate', 'read');
    add(fused.hasOutputGate && (needs.gradient || has('y')), 'outputGate', 'read');
  }
  add(needs.spectrum, 're', 'read');
  add(needs.spectrum && fused.transform === 'dft', 'im', 'read');
  add(needs.skip, 'skip', 'read');
  slots.push({ name: 'table', access: 'read', type: 'vec2f' });
  if (fused.n1 === 1) {
    add(has('y'), 'y', 'read_write');
    add(has('z'), 'dz', 'read_write');
    add(has('kernel'), 'dKernel', 'read_write');
    add(has('inputGate'), 'dInputGate', 'read_write');
    add(has('outputGate'), 'dOutputGate', 'read_write');
  }
  add(has('spectrum'), 'dRe', 'read_write');
  add(has('spectrum') && fused.transform === 'dft', 'dIm', 'read_write');
  add(has('skip'), 'dSkip', 'read_write');
  return slots;
}

const built = new Map<string, Program>();

/** The program, built once for each transform and kind of convolution. */
export function fusedProgram(fused: Fused, transform: SharedTransform): Program {
  const key = JSON.stringify([transform.key, fused]);
  let program = built.get(key);
  if (!program) {
    program = build(fused, transform);
    built.set(key, program);
  }
  return program;
}

function build(fused: Fused, transform: SharedTransform): Program {
  const { n1, outputs, isEvenWidth } = fused;
  const { invocations } = transform;
  const rows = rowsOf(n1);
  const lanes = transform.lanes / rows;
  // Bluestein's algorithm serves all lengths to half its own.
  const longest = transform.length === 'params.n' ? transform.points / 2 : transform.n;
  const values = Math.ceil((valuesOf(n1, longest) * lanes) / invocations);
  const bins: Bins = {
    transform: fused.transform,
    n2: transform.length,
    isEven: fused.isEvenLength,
    n1,
    lanes,
    twist: transform.length === 'params.n' ? `${3 * transform.points}u` : `${transform.n}u`,
  };
  const needs = needsOf(fused);
  const buffers = fusedBuffers(fused);
  const text = new FusedText(fused, lanes, transform, values);
  const pairs =
    n1 === 1 ? buffers.filter(({ name }) => !['re', 'im', 'table', 'dRe', 'dIm', 'skip', 'dSkip'].includes(name)) : [];
  const declarations = [
    transform.declarations,
    binFunctions(bins),
    ...(n1 === 1 ? [placeFunction(fused.transform, transform.length)] : []),
    ...pairs.map(({ name, access }) => (access === 'read' ? getPair : putPair)(name, isEvenWidth)),
    ...(needs.spectrum ? [spectrumRead(bins, isEvenWidth)] : []),
    ...(needs.skip ? [getPair('skip', isEvenWidth)] : []),
    ...(outputs.includes('spectrum') ? [spectrumWrite(bins, isEvenWidth)] : []),
    ...(outputs.includes('skip') ? [putPair('dSkip', isEvenWidth)] : []),
  ].join('\n');
  return {
    name: outputs.includes('y') && !needs.gradient ? 'ddConv' : `ddConv: gradient of ${outputs.join(', ')}`,
    buffers,
    params: FUSED_PARAMS,
    workgroupSize: invocations,
    shared: { mem: `array<vec2f, ${Math.max(transform.points * transform.lanes, invocations)}>` },
    declarations,
    body: text.body(),
  };
}
