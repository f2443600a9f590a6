// The sum of squares of several tensors in WGSL: each workgroup leaves a partial sum, one more adds them up.
import { cached, type Program } from '@orchid-ml/backends/webgpu-host';
import { inPiece, pieceParams, workgroupSize } from './pieces.ts';

/** Values that a workgroup squares. */
export const valuesOfGroup = 16 * workgroupSize;

/** Leaves in `sums[0]` the sum over the workgroup of `sum`. Always in the same order, so that runs repeat. */
const reduce = `
sums[local] = sum;
for (var apart = ${workgroupSize / 2}u; apart > 0; apart /= 2) {
  workgroupBarrier();
  if (local < apart) { sums[local] += sums[local + apart]; }
}`;
const shared = { sums: `array<f32, ${workgroupSize}>` };

/** partial[at + workgroup] = Σ x² over the workgroup's values. */
export const partialSquaresProgram = cached(
  (pieces: number): Program => ({
    name: 'sum of squares',
    buffers: [
      ...Array.from({ length: pieces }, (_, p) => ({ name: `x${p}`, access: 'read' as const })),
      { name: 'partial', access: 'read_write' },
    ],
    params: { at: 'u32', turns: 'u32', ...pieceParams(pieces) },
    workgroupSize,
    shared,
    body: `
var sum = 0.0;
for (var turn = 0u; turn < params.turns; turn++) {
  let i = group * ${valuesOfGroup} + turn * ${workgroupSize} + local;
  var value = 0.0;
  ${inPiece(pieces, (p, at) => `value = x${p}[${at}];`)}
  sum += value * value;
}
${reduce}
if (local == 0) { partial[params.at + group] = sums[0]; }`,
  }),
);

/** total[0] = Σ partial[0..count-1]; one workgroup. */
export const totalProgram = cached(
  (): Program => ({
    name: 'sum of squares, total',
    buffers: [
      { name: 'partial', access: 'read' },
      { name: 'total', access: 'read_write' },
    ],
    params: { count: 'u32' },
    workgroupSize,
    shared,
    body: `
var sum = 0.0;
for (var i = local; i < params.count; i += ${workgroupSize}) { sum += partial[i]; }
${reduce}
if (local == 0) { total[0] = sums[0]; }`,
  }),
);
