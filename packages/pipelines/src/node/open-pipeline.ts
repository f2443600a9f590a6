// The pipeline of a model on disk.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Model, parsePretrainedConfig } from '@orchid-ml/orchid-models';
import { loadModel } from '@orchid-ml/orchid-models/node';
import { type AnyPipeline, type AnyPreparer, createPipeline, createPreparer, type PreparerParts } from '../create.ts';
import { modelFolder, readPreprocessor, readTokenizer } from './folder.ts';

/**
 * The pipeline of a model's folder, or of a run of `orchid train`, whose checkpoint it takes, on the current engine.
 *
 * @throws Error naming the folder, and the file that is missing, damaged or of another model
 */
export async function openPipeline(path: string): Promise<AnyPipeline> {
  const folder = await modelFolder(path);
  const parts = await partsBeside(folder);
  within(folder, () => createPreparer(parts));
  const { model }: { readonly model: Model } = await loadModel(folder);
  try {
    return within(folder, () => createPipeline(model, parts));
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/**
 * What reads the inputs of the model of a folder; weights are not looked at, and no engine need be running.
 *
 * @throws Error as {@link openPipeline} does
 */
export async function openPreparer(path: string): Promise<AnyPreparer> {
  const folder = await modelFolder(path);
  const parts = await partsBeside(folder);
  return within(folder, () => createPreparer(parts));
}

async function partsBeside(folder: string): Promise<PreparerParts> {
  const [config, tokenizer, preprocessor] = await Promise.all([
    readConfig(join(folder, 'config.json')),
    readTokenizer(folder),
    readPreprocessor(folder),
  ]);
  return { config, tokenizer, preprocessor };
}

async function readConfig(path: string) {
  try {
    return parsePretrainedConfig(JSON.parse(await readFile(path, 'utf8'))).config;
  } catch (error) {
    throw new Error(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function within<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${folder}: ${(error as Error).message}`, { cause: error });
  }
}
