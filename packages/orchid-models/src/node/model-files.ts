// Models on disk: a folder with config.json and model.safetensors.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelConfig, parseConfig } from '../config/index.ts';
import { type AnyModel, createModel } from '../models/create.ts';
import type { Model } from '../models/model.ts';
import { encodeSafetensors } from '../safetensors/index.ts';
import { loadStateDict, stateDict } from '../state-dict.ts';
import { writeFilesAtomically } from './atomic-write.ts';
import { makeFolder } from './make-folder.ts';
import { readSafetensors } from './safetensors.ts';

const CONFIG = 'config.json';
const WEIGHTS = 'model.safetensors';

/**
 * Saves a model as `config.json` and `model.safetensors` in `dir`, which is made if need be. Both files are complete on
 * disk before the first of them replaces an older one. The weights carry the configuration in their metadata
 * (`config`), so that a folder whose two files are not of one model is noticed on loading.
 *
 * @param extraMetadata further strings for the weights' metadata; `config` and `format` are taken
 * @throws Error naming the path when the folder or a file cannot be written; what was saved before is then unchanged
 */
export async function saveModel(
  dir: string,
  model: Model,
  extraMetadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const key of ['config', 'format']) {
    if (key in extraMetadata) throw new Error(`saveModel: the metadata key '${key}' is taken`);
  }
  const metadata = { ...extraMetadata, config: JSON.stringify(model.config), format: 'pt' };
  const weights = encodeSafetensors(await stateDict(model), metadata);
  try {
    await makeFolder(dir);
  } catch (error) {
    throw new Error(`saveModel: cannot make the folder ${dir}: ${(error as Error).message}`, { cause: error });
  }
  await writeFilesAtomically([
    { path: join(dir, WEIGHTS), content: weights },
    { path: join(dir, CONFIG), content: `${JSON.stringify(model.config, null, 2)}\n` },
  ]);
}

/** What a model's folder holds. */
export interface LoadedModel {
  /** `kind` tells which; see `isSequenceModel` */
  model: AnyModel;
  config: ModelConfig;
  metadata: Record<string, string>;
}

/**
 * Loads a model that `saveModel` wrote, onto the current backend.
 *
 * @throws Error naming the file: missing, not JSON, a wrong configuration, damaged or truncated weights, weights of another model,
 *   names, shapes or dtypes that do not fit
 */
export async function loadModel(dir: string): Promise<LoadedModel> {
  const configPath = join(dir, CONFIG);
  const weightsPath = join(dir, WEIGHTS);
  const config = await readConfig(configPath);
  const { tensors, metadata } = await readSafetensors(weightsPath);
  checkTogether(config, metadata.config, configPath, weightsPath);
  const model = createModel(config);
  try {
    loadStateDict(model, tensors);
  } catch (error) {
    model.dispose();
    throw new Error(`${weightsPath} does not fit ${configPath}: ${(error as Error).message}`, { cause: error });
  }
  return { model, config, metadata };
}

async function readConfig(path: string): Promise<ModelConfig> {
  try {
    return parseConfig(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new Error(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Weights written elsewhere carry no configuration; for them names and shapes have to do. */
function checkTogether(config: ModelConfig, saved: string | undefined, configPath: string, weightsPath: string): void {
  if (saved === undefined) return;
  let own: Record<string, unknown>;
  try {
    own = parseConfig(JSON.parse(saved)) as unknown as Record<string, unknown>;
  } catch (error) {
    throw new Error(`cannot read ${weightsPath}: its metadata: ${(error as Error).message}`, { cause: error });
  }
  const different = Object.entries(config).filter(([key, value]) => own[key] !== value);
  if (different.length > 0) {
    const list = different.map(([key, value]) => `${key} ${JSON.stringify(own[key])}, not ${JSON.stringify(value)}`);
    throw new Error(`${weightsPath} belongs to another model than ${configPath} describes: it has ${list.join('; ')}`);
  }
}
