// FASTA files, packed by gzip or not, whatever they are called.
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type FastaRecord, fastaRecords } from '../../fasta/parser.ts';

/**
 * The records of a file, one at a time: memory is that of the longest record.
 *
 * @throws Error naming the file, and the line that is no FASTA
 */
export async function* readFasta(path: string): AsyncGenerator<FastaRecord> {
  const name = `FASTA file ${path}`;
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'there is no such file' : error.message;
    throw new Error(`${name}: ${reason}`, { cause: error });
  });
  let failed: Error | undefined;
  try {
    const head = new Uint8Array(2);
    const { bytesRead } = await file.read(head, 0, 2, 0).catch((error: Error) => {
      throw new Error(`${name}: ${error.message}`, { cause: error });
    });
    if (bytesRead === 0) throw new Error(`${name}: it is empty`);
    const bytes: Readable = file.createReadStream({ start: 0, autoClose: false });
    const isPacked = bytesRead === 2 && head[0] === 0x1f && head[1] === 0x8b;
    const source = isPacked ? bytes.pipe(createGunzip()) : bytes;
    bytes.once('error', (error) => source.destroy(error));
    source.once('error', (error) => {
      failed = error;
    });
    try {
      yield* fastaRecords(source as AsyncIterable<Uint8Array>, name);
    } catch (error) {
      if (error !== failed) throw error;
      throw new Error(`${name}: ${isPacked ? 'it cannot be unpacked: ' : ''}${failed?.message}`, { cause: error });
    } finally {
      bytes.destroy();
      source.destroy();
    }
  } finally {
    await file.close();
  }
}
