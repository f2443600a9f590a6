// Weights in several files, with an index from tensor to file, as the Hugging Face hub has them.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model } from '../models/model.ts';
import type { StoredDtype } from '../state-dict.ts';

export const WEIGHTS = 'model.safetensors';
export const INDEX = 'model.safetensors.index.json';

/** A quarter of what one buffer holds on the way to the disk. */
export const defaultShardBytes = 2 ** 30;

export interface Shards {
  readonly shards: readonly { readonly file: string; readonly names: readonly string[] }[];
  /** the contents of the index; null for a single file */
  readonly index: object | null;
}

export function isShard(file: string): boolean {
  return /^model-\d{5}-of-\d{5}\.safetensors$/.test(file);
}

/** Which parameters go to which file. One that is larger than a file may be has a file to itself. */
export function planShards(model: Model, dtype: StoredDtype, maxShardBytes: number): Shards {
  if (!(Number.isSafeInteger(maxShardBytes) && maxShardBytes > 0)) {
    throw new Error(`saveModel: maxShardBytes is ${maxShardBytes}; want a positive integer`);
  }
  const bytes = dtype === 'F32' ? 4 : 2;
  const groups: string[][] = [];
  let [filled, total] = [0, 0];
  for (const [name, { variable }] of model.namedParameters()) {
    const size = bytes * variable.size;
    if (groups.length === 0 || filled + size > maxShardBytes) {
      groups.push([]);
      filled = 0;
    }
    groups.at(-1)!.push(name);
    filled += size;
    total += size;
  }
  if (groups.length <= 1) return { shards: [{ file: WEIGHTS, names: groups[0] ?? [] }], index: null };
  const number = (value: number) => String(value).padStart(5, '0');
  const shards = groups.map((names, i) => ({
    file: `model-${number(i + 1)}-of-${number(groups.length)}.safetensors`,
    names,
  }));
  const map = shards.flatMap(({ file, names }) => names.map((name) => [name, file]));
  return { shards, index: { metadata: { total_size: total }, weight_map: Object.fromEntries(map.sort()) } };
}

/**
 * The files of a folder's weights: model.safetensors, or what its index lists.
 *
 * @throws Error when there is neither or both, or the index is not one
 */
export async function readIndex(dir: string): Promise<string[]> {
  const [path, single] = [join(dir, INDEX), join(dir, WEIGHTS)];
  const [hasIndex, hasSingle] = await Promise.all([exists(path), exists(single)]);
  if (!hasIndex) return [WEIGHTS];
  if (hasSingle) throw new Error(`${dir} has both ${WEIGHTS} and ${INDEX}; remove the one that is not the model's`);
  let map: unknown;
  try {
    map = (JSON.parse(await readFile(path, 'utf8')) as { weight_map?: unknown } | null)?.weight_map;
  } catch (error) {
    throw new Error(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw new Error(`cannot read ${path}: want an object weight_map, from tensor to file`);
  }
  const files = [...new Set(Object.values(map))];
  for (const file of files) {
    // A name out of a file from elsewhere is joined to a folder of ours.
    if (typeof file !== 'string' || !/^[\w.-]+\.safetensors$/.test(file)) {
      throw new Error(
        `cannot read ${path}: weight_map names the file ${JSON.stringify(file)}; want <name>.safetensors`,
      );
    }
  }
  if (files.length === 0) throw new Error(`cannot read ${path}: weight_map is empty`);
  return (files as string[]).sort();
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
