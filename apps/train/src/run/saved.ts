// Opens what a run has saved: the model of its last checkpoint, its tokenizer, and how it was trained.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isSequenceModel, type Model, type SequenceModel } from '@orchid-ml/orchid-models';
import { loadModel } from '@orchid-ml/orchid-models/node';
import { type Tokenizer, tokenizerFromJSON } from '@orchid-ml/tokenizers';
import { Failure, messageOf, UsageError } from '../errors.ts';
import { RunFolder, type RunRecord } from './folder.ts';

/** A trained model and what belongs to it. */
export interface Saved {
  readonly model: SequenceModel;
  /** null for a recall model */
  readonly tokenizer: Tokenizer | null;
  /** how it was trained; null for a bare checkpoint without a run around it */
  readonly record: RunRecord | null;
  /** the folder of config.json and model.safetensors */
  readonly folder: string;
}

/**
 * Loads the model of a run's folder, or of a folder with config.json and model.safetensors. An engine must be running.
 *
 * @throws UsageError when there is no such folder; Failure when what it holds is damaged or of another model
 */
export async function openSaved(dir: string, cwd: string): Promise<Saved> {
  const given = resolve(cwd, dir);
  const isCheckpoint = existsSync(join(given, 'config.json'));
  const hasRecord = !isCheckpoint || existsSync(join(given, '..', 'run.json'));
  const run = hasRecord ? RunFolder.open(cwd, dir) : null;
  let folder = isCheckpoint ? given : run!.checkpoint;
  // A crash in the moment of swapping checkpoints leaves the last good one under this name.
  if (!existsSync(folder) && existsSync(`${folder}.previous`)) folder = `${folder}.previous`;
  if (!existsSync(join(folder, 'config.json')))
    throw new UsageError(`${dir} has no checkpoint yet: the run was stopped before its first one`);
  try {
    const { model }: { readonly model: Model } = await loadModel(folder);
    if (!isSequenceModel(model)) {
      model.dispose();
      throw new Error(`${folder} holds a model of another kind (${model.kind}) than this command is for`);
    }
    const tokenizer = model.kind === 'orchid-masked-lm' ? readTokenizer(folder) : null;
    if (tokenizer && tokenizer.vocabSize !== model.config.vocab_size) {
      const sizes = `${tokenizer.vocabSize} tokens, the model ${model.config.vocab_size}`;
      model.dispose();
      throw new Error(`${join(folder, 'tokenizer.json')} is not this model's: it has ${sizes}`);
    }
    return { model, tokenizer, record: run?.record ?? null, folder };
  } catch (error) {
    throw new Failure(messageOf(error), { cause: error });
  }
}

function readTokenizer(folder: string): Tokenizer {
  const file = join(folder, 'tokenizer.json');
  try {
    return tokenizerFromJSON(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}
