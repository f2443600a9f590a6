// What a stream is evaluated on: some windows, read once, held in memory, and never trained on.
import type { Tokenizer } from '@orchid-ml/tokenizers';
import type { DocumentFile } from './documents.ts';
import { packerFor } from './packer.ts';

export interface HeldOut {
  /** int32 [windows * length] */
  readonly ids: Int32Array;
  /** Where each file's documents begin that were not taken. */
  readonly starts: readonly number[];
}

/**
 * The first `windows` windows of files, in their order, or all there are.
 *
 * @throws Error when there is not one
 */
export async function takeWindows(
  files: readonly DocumentFile[],
  tokenizer: Tokenizer,
  length: number,
  windows: number,
): Promise<HeldOut> {
  const packer = packerFor(tokenizer, length);
  const taken: Int32Array[] = [];
  const starts = files.map(() => 0);
  reading: for (const [number, file] of files.entries()) {
    for await (const documents of file.read(0)) {
      for (const { text, next } of documents) {
        taken.push(...packer.add(tokenizer.encode(text)));
        starts[number] = next;
        if (taken.length >= windows) break reading;
      }
    }
    starts[number] = Number.POSITIVE_INFINITY;
  }
  if (taken.length === 0) {
    const names = files.map(({ name }) => name).join(', ');
    throw new Error(`stream: ${names} has less text than one window of ${length} tokens to evaluate on`);
  }
  const ids = new Int32Array(Math.min(windows, taken.length) * length);
  for (const [i, window] of taken.slice(0, windows).entries()) ids.set(window, i * length);
  return { ids, starts };
}
