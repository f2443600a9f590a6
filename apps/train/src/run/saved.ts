// Opens what a run has saved: the model of its last checkpoint, its tokenizer, and how it was trained.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Model } from '@orchid-ml/orchid-models';
import { loadModel } from '@orchid-ml/orchid-models/node';
import { checkVocabulary, type Tokenizer, tokenizerFromJSON } from '@orchid-ml/tokenizers';
import { Failure, messageOf, UsageError } from '../errors.ts';
import { RunFolder, type RunRecord } from './folder.ts';

/** A trained model and what belongs to it. */
export interface Saved {
  readonly model: Model;
  /** null for a model without */
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
    const tokenizer = existsSync(join(folder, 'tokenizer.json')) ? readTokenizer(folder) : null;
    const vocabulary = 'vocab_size' in model.config ? model.config.vocab_size : null;
    if (tokenizer && vocabulary !== null) {
      try {
        checkVocabulary(tokenizer, vocabulary);
      } catch (error) {
        model.dispose();
        throw new Error(`${join(folder, 'tokenizer.json')} is not this model's: ${messageOf(error)}`, { cause: error });
      }
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
