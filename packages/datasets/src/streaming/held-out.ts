// What a stream is evaluated on: some windows, read once, held in memory, and never trained on.
import type { Tokenizer } from '@orchid-ml/tokenizers';
import { MlmDataset } from '../mlm.ts';
import type { DocumentFile } from './documents.ts';
import { packerFor } from './packer.ts';

export interface HeldOutOptions {
  readonly tokenizer: Tokenizer;
  /** Tokens a window. */
  readonly length: number;
  readonly batchSize: number;
  readonly seed: number;
  /** How many windows to evaluate on, at most. Default 512. */
  readonly heldOutWindows?: number;
  /** Default 0.3 (the Orchid paper's pre-training). */
  readonly maskProbability?: number;
  /** Default 0.15 (the Orchid paper's evaluation). */
  readonly evalMaskProbability?: number;
}

/**
 * The windows as a data set to evaluate on, and where each file's documents begin that are not among them.
 *
 * @throws Error naming the option that does not fit, or the file that cannot be read
 */
export async function openHeldOut(
  files: readonly DocumentFile[],
  options: HeldOutOptions,
): Promise<{ readonly heldOut: MlmDataset; readonly starts: readonly number[] }> {
  const { heldOutWindows = 512, tokenizer, length, batchSize, seed } = options;
  if (!(Number.isInteger(heldOutWindows) && heldOutWindows >= 1)) {
    throw new Error(`stream: heldOutWindows is ${heldOutWindows}; want an integer of at least 1`);
  }
  const { ids, starts } = await takeWindows(files, tokenizer, length, heldOutWindows);
  const { maskProbability: train, evalMaskProbability: evaluate } = options;
  const chances = {
    ...(train === undefined ? {} : { maskProbability: train }),
    ...(evaluate === undefined ? {} : { evalMaskProbability: evaluate }),
  };
  return { heldOut: new MlmDataset({ ids, heldOutIds: ids, tokenizer, length, batchSize, seed, ...chances }), starts };
}

interface HeldOut {
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
async function takeWindows(
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
