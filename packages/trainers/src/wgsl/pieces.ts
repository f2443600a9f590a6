// What programs over several tensors at once have in common: their parameters, and which tensor a value lies in.
import type { Scalar } from '@orchid-ml/backends/webgpu-host';

export const workgroupSize = 256;

/** `end0`, `shift0`, ... of `bindPieces`. */
export function pieceParams(pieces: number): Record<string, Scalar> {
  return Object.fromEntries(
    Array.from({ length: pieces }, (_, i) => [
      [`end${i}`, 'u32'],
      [`shift${i}`, 'u32'],
    ]).flat() as [string, Scalar][],
  );
}

/** Statements for the piece in which value `i` lies; `statement` is given the piece's number and `i`'s index in its buffer. */
export function inPiece(pieces: number, statement: (piece: number, at: string) => string): string {
  return Array.from(
    { length: pieces },
    (_, p) => `if (i < params.end${p}) { ${statement(p, `i + params.shift${p}`)} }`,
  ).join(' else ');
}
