// A tokenizer by the name of its folder, or by its model's name on the Hugging Face hub.
import { stat } from 'node:fs/promises';
import { isRepoId } from '@orchid-ml/hub';
import { type HubOptions, snapshot } from '@orchid-ml/hub/node';
import { TOKENIZER_FILES } from '../huggingface/from-files.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { loadTokenizer } from './load-tokenizer.ts';

export interface PretrainedTokenizerOptions extends HubOptions {
  /** Of the hub: a branch, a tag or a commit. Default `main`. */
  readonly revision?: string;
}

/**
 * Loads a tokenizer from a folder or, if there is no such folder, from the hub, whose files are kept in the cache that Python's
 * huggingface_hub uses.
 *
 * @param source a folder, or `owner/name`
 * @throws Error as `loadTokenizer` does; HubError when the hub has no such model, or none of its files is a tokenizer's, or it
 *   cannot be reached
 */
export async function pretrainedTokenizer(
  source: string,
  { revision, ...hub }: PretrainedTokenizerOptions = {},
): Promise<Tokenizer> {
  if (await isThere(source)) return loadTokenizer(source);
  if (!isRepoId(source))
    throw new Error(`tokenizer: there is no folder ${source}, and it is no model of the hub (owner/name) either`);
  const files = [...TOKENIZER_FILES];
  const { folder } = await snapshot({ ...hub, repo: source, ...(revision !== undefined && { revision }), files });
  return loadTokenizer(folder);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}
