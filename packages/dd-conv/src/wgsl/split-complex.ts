// WGSL for channels that alternate real and imaginary parts: a pair is one vec2f.
import type { Program } from '@orchid-ml/backends/webgpu-host';

const invocations = 256;

/** Workgroups for so many pairs. */
export function groupsFor(pairs: number): number {
  return Math.ceil(pairs / invocations);
}

/** {x: pairs} → re, im */
export const splitComplexProgram: Program = {
  name: 'splitComplex',
  buffers: [
    { name: 'x', access: 'read', type: 'vec2f' },
    { name: 're', access: 'read_write' },
    { name: 'im', access: 'read_write' },
  ],
  params: { pairs: 'u32' },
  workgroupSize: invocations,
  body: `
let i = group * ${invocations}u + local;
if (i < params.pairs) {
  re[i] = x[i].x;
  im[i] = x[i].y;
}`,
};

/** {re, im} → x: pairs */
export const interleaveProgram: Program = {
  name: 'interleaveComplex',
  buffers: [
    { name: 're', access: 'read' },
    { name: 'im', access: 'read' },
    { name: 'x', access: 'read_write', type: 'vec2f' },
  ],
  params: { pairs: 'u32' },
  workgroupSize: invocations,
  body: `
let i = group * ${invocations}u + local;
if (i < params.pairs) { x[i] = vec2f(re[i], im[i]); }`,
};
