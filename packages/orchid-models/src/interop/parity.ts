// Compares what the current backend computes with reference numbers from elsewhere, tensor by tensor.
import type { DecodedSafetensors } from '../safetensors/index.ts';
import { blockParity } from './block-parity.ts';
import type { ParityRow } from './parity-rows.ts';
import { transformParity } from './transform-parity.ts';

/** What a file of reference numbers is about. @throws Error when it is neither */
export function goldenKind(file: DecodedSafetensors): 'block' | 'transforms' {
  const names = [...file.tensors.keys()];
  if (file.tensors.has('input.x') && names.some((name) => name.startsWith('param.'))) return 'block';
  if (names.some((name) => /^(rfft|fft|dct2_ortho|dct3_ortho|circular|causal)\.\d+$/.test(name))) return 'transforms';
  const some = names.slice(0, 5).join(', ') || 'no tensor at all';
  throw new Error(
    `parity: the file holds neither a block ('input.x', 'param.*', 'output.y') nor transforms ('rfft.<n>', ...); it has ${some}`,
  );
}

/** Runs whichever comparison fits the file. @throws Error when none does, or a setting of it is unknown */
export async function parity(file: DecodedSafetensors): Promise<ParityRow[]> {
  return goldenKind(file) === 'block' ? blockParity(file) : transformParity(file);
}
