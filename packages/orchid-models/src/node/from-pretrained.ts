// A model by the name of its folder, or by its name on the Hugging Face hub.
import { stat } from 'node:fs/promises';
import { isRepoId } from '@orchid-ml/hub';
import { type HubOptions, snapshot } from '@orchid-ml/hub/node';
import type { PretrainedOptions } from '../pretrained/model-from-files.ts';
import { type LoadedModel, loadModel } from './model-files.ts';
import { INDEX, WEIGHTS } from './shards.ts';

export interface FromPretrainedOptions extends PretrainedOptions, HubOptions {
  /** Of the hub: a branch, a tag or a commit. Default `main`. */
  readonly revision?: string;
}

/**
 * Loads a model onto the current backend: from a folder with config.json and safetensors, or, if there is no such folder, from
 * the hub, whose files are kept in the cache that Python's huggingface_hub uses. `config` takes the body over for another head.
 *
 * @param source a folder, or `owner/name`
 * @throws Error as `loadModel` does; HubError when the hub has no such model, or none in safetensors, or cannot be reached
 */
export async function fromPretrained(source: string, options: FromPretrainedOptions = {}): Promise<LoadedModel> {
  const { config, seed, revision, ...hub } = options;
  const own: PretrainedOptions = { ...(config && { config }), ...(seed !== undefined && { seed }) };
  if (await isFolder(source)) return loadModel(source, own);
  if (!isRepoId(source)) {
    throw new Error(`fromPretrained: there is no folder ${source}, and it is no model of the hub (owner/name) either`);
  }
  const files = ['config.json', WEIGHTS, INDEX, 'model-*-of-*.safetensors'];
  const found = await snapshot({ ...hub, repo: source, ...(revision !== undefined && { revision }), files });
  for (const [want, has] of [
    ['config.json', found.files.includes('config.json')],
    [WEIGHTS, found.files.some((file) => file === WEIGHTS || file === INDEX)],
  ] as const) {
    if (!has)
      throw new Error(`fromPretrained: ${source} has no ${want} on the hub; of what is needed it has ${found.files}`);
  }
  return loadModel(found.folder, own);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}
