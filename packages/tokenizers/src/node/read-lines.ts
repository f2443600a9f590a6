// The lines of text files one after the other, whatever their size, to learn a vocabulary from.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Lines of UTF-8 files, without their ends, in the order of the files. Bytes that are not UTF-8 are read as U+FFFD.
 *
 * @throws Error naming a file that cannot be read
 */
export async function* readLines(...paths: string[]): AsyncGenerator<string> {
  for (const path of paths) {
    const stream = createReadStream(path, { encoding: 'utf8' });
    // readline leaves the stream's errors to whoever listens.
    const failed = new Promise<never>((_, reject) => {
      stream.once('error', (error) => reject(new Error(`text file ${path}: ${error.message}`, { cause: error })));
    });
    failed.catch(() => {});
    const opened = new Promise<void>((resolve) => {
      stream.once('ready', () => resolve());
    });
    await Promise.race([opened, failed]);
    const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
    const each = lines[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { value, done } = await Promise.race([each.next(), failed]);
        if (done) break;
        yield value;
      }
    } finally {
      // Also for a reader that has enough before the end.
      lines.close();
      stream.destroy();
    }
  }
}
