// Models on disk: a folder with config.json and model.safetensors, or shards of it, as the Hugging Face hub has them.
import { readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePretrainedConfig } from '../config/index.ts';
import type { Model } from '../models/model.ts';
import { addFile, differences, loadWeights } from '../pretrained/load.ts';
import { asksForHead, type Pretrained, type PretrainedOptions } from '../pretrained/model-from-files.ts';
import { type DecodedSafetensors, encodeSafetensors } from '../safetensors/index.ts';
import { type StoredDtype, stateDict } from '../state-dict.ts';
import { type FileContent, writeFilesAtomically } from './atomic-write.ts';
import { makeFolder } from './make-folder.ts';
import { defaultShardBytes, INDEX, isShard, planShards, readIndex, WEIGHTS } from './shards.ts';

const CONFIG = 'config.json';

export interface SaveOptions {
  /** How weights are stored: F32 (default) exactly, F16 and BF16 rounded, in half the space. */
  readonly dtype?: StoredDtype;
  /** Weights beyond so many bytes go to several files. Default 1 GiB. */
  readonly maxShardBytes?: number;
}

/**
 * Saves a model as `config.json` and `model.safetensors` in `dir`, which is made if need be; weights beyond `maxShardBytes` as
 * `model-00001-of-0000n.safetensors` and `model.safetensors.index.json`. All files are complete on disk before the first of
 * them replaces an older one. The weights carry the configuration in their metadata (`config`), so that a folder whose files
 * are not of one model is noticed on loading.
 *
 * @param extraMetadata further strings for the weights' metadata; `config` and `format` are taken
 * @throws Error naming the path when the folder or a file cannot be written; what was saved before is then unchanged
 */
export async function saveModel(
  dir: string,
  model: Model,
  extraMetadata: Readonly<Record<string, string>> = {},
  { dtype = 'F32', maxShardBytes = defaultShardBytes }: SaveOptions = {},
): Promise<void> {
  for (const key of ['config', 'format']) {
    if (key in extraMetadata) throw new Error(`saveModel: the metadata key '${key}' is taken`);
  }
  const metadata = { ...extraMetadata, config: JSON.stringify(model.config), format: 'pt' };
  const { shards, index } = planShards(model, dtype, maxShardBytes);
  try {
    await makeFolder(dir);
  } catch (error) {
    throw new Error(`saveModel: cannot make the folder ${dir}: ${(error as Error).message}`, { cause: error });
  }
  const json = (name: string, value: unknown): FileContent => ({
    path: join(dir, name),
    content: `${JSON.stringify(value, null, 2)}\n`,
  });
  const weights = shards.map(
    ({ file, names }): FileContent => ({
      path: join(dir, file),
      content: async () => encodeSafetensors(await stateDict(model, { names, dtype }), metadata),
    }),
  );
  await writeFilesAtomically([...weights, ...(index ? [json(INDEX, index)] : []), json(CONFIG, model.config)]);
  await removeOthers(dir, new Set([...shards.map(({ file }) => file), ...(index ? [INDEX] : [])]));
}

/** Weights of an earlier save under names that this one did not use would be weights of another model. */
async function removeOthers(dir: string, kept: ReadonlySet<string>): Promise<void> {
  for (const file of await readdir(dir)) {
    const isOurs = file === WEIGHTS || file === INDEX || isShard(file);
    if (!isOurs || kept.has(file)) continue;
    try {
      await unlink(join(dir, file));
    } catch (error) {
      throw new Error(`saveModel: cannot remove ${join(dir, file)}, which is of an older model`, { cause: error });
    }
  }
}

/** What a model's folder holds. */
export type LoadedModel = Pretrained;

/**
 * Loads a model onto the current backend: one that `saveModel` wrote, or a BERT from elsewhere.
 *
 * @throws Error naming the file: missing, not JSON, a wrong configuration, damaged or truncated weights, weights of another model,
 *   names, shapes or dtypes that do not fit
 */
export async function loadModel(dir: string, options: PretrainedOptions = {}): Promise<LoadedModel> {
  const { config: replaced = {}, seed = 0 } = options;
  const configPath = join(dir, CONFIG);
  const { json, config, unusedKeys } = await readConfig(configPath, replaced);
  const files = await readIndex(dir);
  const weights: DecodedSafetensors = { tensors: new Map(), metadata: {} };
  for (const file of files) {
    const path = join(dir, file);
    try {
      addFile(weights, await readFile(path));
    } catch (error) {
      throw new Error(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
    }
  }
  const weightsPath = join(dir, files.length === 1 ? files[0]! : INDEX);
  let different: string | null;
  try {
    different = differences(json, weights.metadata.config);
  } catch (error) {
    throw new Error(`cannot read ${weightsPath}: ${(error as Error).message}`, { cause: error });
  }
  if (different) {
    throw new Error(`${weightsPath} belongs to another model than ${configPath} describes: it has ${different}`);
  }
  try {
    const loaded = loadWeights(config, weights.tensors, asksForHead(replaced), seed);
    return { ...loaded, config, metadata: weights.metadata, unusedKeys };
  } catch (error) {
    throw new Error(`${weightsPath} does not fit ${configPath}: ${(error as Error).message}`, { cause: error });
  }
}

async function readConfig(path: string, replaced: Readonly<Record<string, unknown>>) {
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'));
    return { json, ...parsePretrainedConfig(json, replaced) };
  } catch (error) {
    throw new Error(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}
