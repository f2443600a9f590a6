// Safetensors files on disk.
import { readFile } from 'node:fs/promises';
import {
  type DecodedSafetensors,
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsTensor,
} from '../safetensors/index.ts';
import { writeFilesAtomically } from './atomic-write.ts';

/** Reads and checks a safetensors file. @throws Error naming the path: missing, unreadable, truncated, damaged */
export async function readSafetensors(path: string): Promise<DecodedSafetensors> {
  try {
    return decodeSafetensors(await readFile(path));
  } catch (error) {
    throw new Error(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Writes a safetensors file, whole or not at all. @throws Error naming the path; the old file is then unchanged */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Readonly<SafetensorsTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFilesAtomically([{ path, content: encodeSafetensors(tensors, metadata) }]);
}
