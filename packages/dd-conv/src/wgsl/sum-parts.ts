// WGSL that adds up the parts in which sums over examples were left, and that gives a kernel the skip weight as a sample more.
import { cached, type Program } from '@orchid-ml/backends/webgpu-host';

const invocations = 256;

/** Workgroups for so many numbers. */
export function groupsFor(size: number): number {
  return Math.ceil(size / invocations);
}

/** {parts: [parts, size]} → total: [segments, size], each the sum of `segment` neighbouring parts; `adds`: added to what is there */
export const sumPartsProgram = cached(
  (adds: boolean): Program => ({
    name: 'ddConv: sum of parts',
    buffers: [
      { name: 'parts', access: 'read' },
      { name: 'total', access: 'read_write' },
    ],
    params: { size: 'u32', parts: 'u32', segment: 'u32' },
    workgroupSize: invocations,
    body: `
let i = group * ${invocations}u + local;
let first = i / params.size * params.segment;
if (first < params.parts) {
  var sum = ${adds ? 'total[i]' : '0.0'};
  for (var p = first; p < min(first + params.segment, params.parts); p++) { sum += parts[p * params.size + i % params.size]; }
  total[i] = sum;
}`,
  }),
);

/**
 * {kernel: [owners, rows, width], skip: [width]} → folded, the kernel with `factor` times skip added to its first row: the same
 * convolution with a buffer fewer.
 */
export const foldSkipProgram: Program = {
  name: 'ddConv: skip into kernel',
  buffers: [
    { name: 'kernel', access: 'read' },
    { name: 'skip', access: 'read' },
    { name: 'folded', access: 'read_write' },
  ],
  params: { size: 'u32', rowSize: 'u32', width: 'u32', factor: 'f32' },
  workgroupSize: invocations,
  body: `
let i = group * ${invocations}u + local;
if (i < params.size) {
  let within = i % params.rowSize;
  var value = kernel[i];
  if (within < params.width) { value += params.factor * skip[within]; }
  folded[i] = value;
}`,
};
