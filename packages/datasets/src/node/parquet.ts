// Parquet files on disk, of which only those parts are read that are asked for.
import { open, stat } from 'node:fs/promises';
import type { ParquetSource } from '../parquet/index.ts';
import { explain } from './data-files.ts';

/**
 * A file on disk. It is opened for each part, so that nothing is left open; whoever changes it meanwhile is not noticed.
 *
 * @throws Error naming the file when it is missing, a folder or cannot be read
 */
export async function parquetFile(path: string): Promise<ParquetSource> {
  try {
    const info = await stat(path);
    if (info.isDirectory()) throw new Error(`${path}: it is a folder; want a Parquet file`);
    return { name: path, byteLength: info.size, slice: (start, end = info.size) => readPart(path, start, end) };
  } catch (error) {
    throw explain(path, error);
  }
}

async function readPart(path: string, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  const file = await open(path);
  try {
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at, start + at);
      if (bytesRead === 0) throw new Error(`it ends at byte ${start + at}, and ${end} are wanted`);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
  return bytes.buffer;
}
