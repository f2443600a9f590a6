// Reads a checkpoint back, and puts a run where it was.
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Module } from '@orchid-ml/dd-conv';
import type { AnyModel, SafetensorsTensor } from '@orchid-ml/orchid-models';
import { loadModel, readSafetensors } from '@orchid-ml/orchid-models/node';
import { type Tokenizer, tokenizerFromJSON } from '@orchid-ml/tokenizers';
import { parseTrainerState, type TrainerState } from '../checkpoints.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Task } from '../tasks/task.ts';
import { findFolder } from './atomic-folder.ts';
import { hasCode, reasonOf } from './errors.ts';
import { FILES } from './files.ts';

export interface Checkpoint {
  /** On the current backend; the caller's to dispose of. */
  readonly model: AnyModel;
  /** Null where the run had none. */
  readonly tokenizer: Tokenizer | null;
  readonly state: TrainerState;
  /** For {@link Optimizer.loadState}; see {@link restore}. */
  readonly optimizer: ReadonlyMap<string, SafetensorsTensor>;
}

/**
 * Reads what `checkpointDirectory` saved.
 *
 * @throws Error naming the file that is missing, damaged, truncated or of another model
 */
export async function readCheckpoint(dir: string): Promise<Checkpoint> {
  let folder = dir;
  try {
    folder = await findFolder(dir);
    await access(join(folder, FILES.config));
  } catch (error) {
    throw new Error(`checkpoint ${dir}: there is none: ${reasonOf(error)}`, { cause: error });
  }
  const path = (name: string) => join(folder, name);
  const state = await readJson(path(FILES.state), parseTrainerState);
  const tokenizer = await readTokenizer(path(FILES.tokenizer));
  const { tensors } = await readSafetensors(path(FILES.optimizer));
  const { model } = await loadModel(folder);
  return { model, tokenizer, state, optimizer: tensors };
}

/**
 * Puts an optimiser and a task where the checkpoint left them; then `train` with `startStep: checkpoint.state.step` goes
 * on as if there had been no break.
 *
 * @throws Error when the optimiser's state or the task is of another kind
 */
export function restore<M extends Module, B>(
  { state, optimizer: saved }: Checkpoint,
  { optimizer, task }: { readonly optimizer: Optimizer; readonly task: Task<M, B> },
): void {
  if (state.task.name !== task.name) {
    throw new Error(`restore: the checkpoint is of the task '${state.task.name}', not '${task.name}'`);
  }
  optimizer.loadState(saved);
  task.state = state.task.state;
}

async function readTokenizer(path: string): Promise<Tokenizer | null> {
  try {
    return await readJson(path, tokenizerFromJSON);
  } catch (error) {
    // A task without text has none.
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

async function readJson<T>(path: string, parse: (json: unknown) => T): Promise<T> {
  try {
    return parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new Error(`cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}
