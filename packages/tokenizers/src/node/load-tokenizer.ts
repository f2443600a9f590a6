// Reads the tokenizer of a pretrained model's folder, or of a checkpoint.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TOKENIZER_FILES, type TokenizerFiles, tokenizerFromFiles } from '../huggingface/from-files.ts';
import type { Tokenizer } from '../tokenizer.ts';

/**
 * The tokenizer of a folder with tokenizer.json, or vocab.txt, or vocab.json and merges.txt; tokenizer_config.json and
 * special_tokens_map.json are heeded.
 *
 * @throws Error naming the folder when it is none, has none of these, or holds what does not fit
 */
export async function loadTokenizer(dir: string): Promise<Tokenizer> {
  const what = await stat(dir).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'there is no such folder' : error.message;
    throw new Error(`tokenizer ${dir}: ${reason}`, { cause: error });
  });
  if (!what.isDirectory()) throw new Error(`tokenizer ${dir}: it is a file; want a folder`);
  const files: { [name in (typeof TOKENIZER_FILES)[number]]?: string } = {};
  for (const name of TOKENIZER_FILES) {
    const text = await readIfThere(join(dir, name));
    if (text !== undefined) files[name] = text;
  }
  try {
    return tokenizerFromFiles(files satisfies TokenizerFiles);
  } catch (error) {
    throw new Error(`tokenizer ${dir}: ${(error as Error).message}`, { cause: error });
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    return text.startsWith('\ufeff') ? text.slice(1) : text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`tokenizer ${path}: ${(error as Error).message}`, { cause: error });
  }
}
