// The folders that the operator named: which models they are, what state their files are in, and how large the weights are.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parsePretrainedConfig } from '@orchid-ml/orchid-models';
import { type PipelineTask, taskOf } from '@orchid-ml/pipelines';
import { modelFolder } from '@orchid-ml/pipelines/node';
import { messageOf, OptionError } from '../errors.ts';

/** A model as the command line names it. */
export interface ModelSpec {
  readonly name: string;
  /** absolute: a model's, or a run's */
  readonly path: string;
}

/** What lies in a folder. */
export interface FolderState {
  /** of config.json */
  readonly folder: string;
  /** changes when any file does */
  readonly signature: string;
  /** of the files with weights */
  readonly weightBytes: number;
}

/** What a model is. */
export interface ModelKind {
  readonly task: PipelineTask;
  readonly modelType: string;
}

const nameWanted = /^[A-Za-z0-9][\w.-]{0,63}$/;

/**
 * Reads `FOLDER` or `NAME=FOLDER`. Without a name it is the folder's own; of a run's checkpoint, the run's.
 *
 * @throws OptionError for a name that does not fit or comes twice
 */
export function readSpecs(given: readonly string[], cwd: string): ModelSpec[] {
  const specs = given.map((text) => {
    const [, named, folder] = /^([^=/\\]+)=(.+)$/s.exec(text) ?? [null, undefined, text];
    const path = resolve(cwd, folder!);
    const name = named ?? ownName(path);
    if (!nameWanted.test(name))
      throw new OptionError(
        'models',
        `${JSON.stringify(name)} is no name for a model; want letters, digits, - _ and . (NAME=FOLDER)`,
      );
    return { name, path };
  });
  for (const [i, { name, path }] of specs.entries()) {
    const first = specs.findIndex((spec) => spec.name === name);
    if (first < i)
      throw new OptionError(
        'models',
        `${specs[first]!.path} and ${path} are both named ${name}; name one of them: NAME=FOLDER`,
      );
  }
  return specs;
}

function ownName(path: string): string {
  const name = basename(path);
  return name === 'checkpoint' ? basename(join(path, '..')) : name;
}

/** @throws Error when there is no model in it, or it cannot be read */
export async function readFolder(path: string): Promise<FolderState> {
  const folder = await modelFolder(path);
  const names = (await readdir(folder)).sort();
  const stats = await Promise.all(names.map((name) => stat(join(folder, name), { bigint: true })));
  const files = names.map((name, i) => ({ name, stats: stats[i]! })).filter((file) => file.stats.isFile());
  const signature = files.map(({ name, stats: of }) => `${name} ${of.size} ${of.mtimeNs} ${of.ino}`).join('\n');
  // A checkpoint also holds the optimizer's state, which is not loaded.
  const weights = files.filter(({ name }) => /^model.*\.safetensors$/.test(name));
  return {
    folder,
    signature: `${folder}\n${signature}`,
    weightBytes: weights.reduce((sum, { stats: of }) => sum + Number(of.size), 0),
  };
}

/** A folder that has to be there when the server starts, and what its model is for. @throws OptionError */
export async function openFolder({ name, path }: ModelSpec): Promise<FolderState & ModelKind> {
  try {
    const state = await readFolder(path);
    const text = await readFile(join(state.folder, 'config.json'), 'utf8');
    const { config } = parsePretrainedConfig(JSON.parse(text));
    return { ...state, task: taskOf(config), modelType: config.model_type };
  } catch (error) {
    throw new OptionError('models', `${name}: ${messageOf(error)}`, { cause: error });
  }
}
