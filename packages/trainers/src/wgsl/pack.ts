// Several tensors to one, end to end, in WGSL.
import { cached, type Program } from '@orchid-ml/backends/webgpu-host';
import { inPiece, pieceParams, workgroupSize } from './pieces.ts';

export const packProgram = cached(
  (pieces: number): Program => ({
    name: 'pack',
    buffers: [
      ...Array.from({ length: pieces }, (_, p) => ({ name: `part${p}`, access: 'read' as const })),
      { name: 'packed', access: 'read_write' },
    ],
    params: { at: 'u32', ...pieceParams(pieces) },
    workgroupSize,
    body: `
let i = group * ${workgroupSize} + local;
${inPiece(pieces, (p, at) => `packed[params.at + i] = part${p}[${at}];`)}`,
  }),
);
