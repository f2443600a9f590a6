// Which folder of model files a path stands for, and what lies there beside the weights.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TOKENIZER_FILES, type Tokenizer } from '@orchid-ml/tokenizers';
import { loadTokenizer } from '@orchid-ml/tokenizers/node';
import { PREPROCESSOR_FILE, parsePreprocessor } from '../preprocessor/parse.ts';
import type { Preprocessor } from '../preprocessor/schema.ts';

/**
 * The folder of config.json: the path itself, or the checkpoint of a run of `orchid train`.
 *
 * @throws Error when there is none
 */
export async function modelFolder(path: string): Promise<string> {
  // A crash in the moment of swapping checkpoints leaves the last good one under the second name.
  const places = [path, join(path, 'checkpoint'), join(path, 'checkpoint.previous')];
  for (const place of places) if (await isThere(join(place, 'config.json'))) return place;
  if (!(await isThere(path))) throw new Error(`there is no folder ${path}; want a model's folder, or that of a run`);
  throw new Error(`${path} holds no model: there is no config.json in it, nor in a folder checkpoint of it`);
}

/** The folder's tokenizer, or null where none was saved. @throws Error naming the file that does not fit */
export async function readTokenizer(folder: string): Promise<Tokenizer | null> {
  const there = await Promise.all(
    TOKENIZER_FILES.filter((name) => !name.endsWith('_config.json') && !name.endsWith('_map.json')).map((name) =>
      isThere(join(folder, name)),
    ),
  );
  return there.some(Boolean) ? loadTokenizer(folder) : null;
}

/** The folder's preprocessor_config.json, or null where there is none. @throws Error naming the file when it does not fit */
export async function readPreprocessor(folder: string): Promise<Preprocessor | null> {
  const path = join(folder, PREPROCESSOR_FILE);
  if (!(await isThere(path))) return null;
  const text = await readFile(path, 'utf8');
  try {
    return parsePreprocessor(text);
  } catch (error) {
    throw new Error(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
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
