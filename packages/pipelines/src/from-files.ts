// A model's folder as files by their names, from wherever they came: a page's drop, a fetch, a disk.
import { modelFromFiles, parsePretrainedConfig } from '@orchid-ml/orchid-models';
import { TOKENIZER_FILES, type Tokenizer, tokenizerFromFiles } from '@orchid-ml/tokenizers';
import { type AnyPipeline, type AnyPreparer, createPipeline, createPreparer, type PreparerParts } from './create.ts';
import { PREPROCESSOR_FILE, parsePreprocessor } from './preprocessor/parse.ts';

/** The contents of files by their names, without folders. */
export type ModelFolder = ReadonlyMap<string, Uint8Array>;

const CONFIG = 'config.json';
const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/**
 * The pipeline of a model on the current engine, from its folder's files: config.json, model.safetensors (or shards with
 * model.safetensors.index.json), and what the model needs of preprocessor_config.json and tokenizer.json (or vocab.txt, or
 * vocab.json and merges.txt). Other files are passed over.
 *
 * @throws Error naming the file that is missing, damaged or of another model
 */
export async function pipelineFromFiles(files: ModelFolder): Promise<AnyPipeline> {
  const parts = partsBeside(files);
  // What can be wrong without the weights is said before they are loaded.
  createPreparer(parts);
  const { model } = loadModel(files);
  try {
    return createPipeline(model, parts);
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/**
 * What reads the inputs of a model, from the same files as {@link pipelineFromFiles}; weights are not looked at, and no engine
 * need be running.
 *
 * @throws Error as {@link pipelineFromFiles} does
 */
export function preparerFromFiles(files: ModelFolder): AnyPreparer {
  return createPreparer(partsBeside(files));
}

function loadModel(files: ModelFolder) {
  const [config, weights] = [readJson(files, CONFIG), weightsOf(files)];
  try {
    return modelFromFiles({ config, weights });
  } catch (error) {
    const names = weights.length === 1 ? WEIGHTS : `the ${weights.length} files of the weights`;
    throw new Error(`cannot read ${names}: ${(error as Error).message}`, { cause: error });
  }
}

function partsBeside(files: ModelFolder): PreparerParts {
  const { config } = parsePretrainedConfig(readJson(files, CONFIG));
  return {
    config,
    tokenizer: tokenizerOf(files),
    preprocessor: files.has(PREPROCESSOR_FILE) ? parsePreprocessor(readText(files, PREPROCESSOR_FILE)) : null,
  };
}

function tokenizerOf(files: ModelFolder): Tokenizer | null {
  const found = TOKENIZER_FILES.filter((name) => files.has(name));
  if (!found.some((name) => ['tokenizer.json', 'vocab.txt', 'vocab.json', 'merges.txt'].includes(name))) return null;
  return tokenizerFromFiles(Object.fromEntries(found.map((name) => [name, readText(files, name)])));
}

/** The weights, all shards of them. @throws Error naming the file that is missing */
function weightsOf(files: ModelFolder): Uint8Array[] {
  const single = files.get(WEIGHTS);
  if (single && !files.has(INDEX)) return [single];
  if (single) throw new Error(`there are both ${WEIGHTS} and ${INDEX}; leave out the one that is not the model's`);
  if (!files.has(INDEX)) throw new Error(`there is no ${WEIGHTS}, which has the model's weights`);
  const { weight_map: map } = readJson(files, INDEX) as { readonly weight_map?: unknown };
  if (typeof map !== 'object' || map === null || Array.isArray(map) || Object.keys(map).length === 0) {
    throw new Error(`${INDEX}: want an object weight_map, from tensor to file`);
  }
  return [...new Set(Object.values(map))].sort().map((name: unknown) => {
    const bytes = files.get(String(name));
    if (!bytes) throw new Error(`there is no ${name}, which ${INDEX} lists`);
    return bytes;
  });
}

function readText(files: ModelFolder, name: string): string {
  const bytes = files.get(name);
  if (!bytes)
    throw new Error(`there is no ${name} among the model's files (${[...files.keys()].join(', ') || 'none'})`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error(`${name}: it is not UTF-8`, { cause: error });
  }
}

function readJson(files: ModelFolder, name: string): object {
  let value: unknown;
  try {
    value = JSON.parse(readText(files, name));
  } catch (error) {
    if (error instanceof SyntaxError) throw new Error(`${name}: it is not JSON: ${error.message}`, { cause: error });
    throw error;
  }
  if (typeof value !== 'object' || value === null) throw new Error(`${name}: it holds no object`);
  return value;
}
