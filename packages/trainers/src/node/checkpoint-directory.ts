// Checkpoints on disk: one folder that holds a whole run, replaced as a whole each time.
import type { Model } from '@orchid-ml/orchid-models';
import { type FileContent, saveModel, writeFilesAtomically, writeSafetensors } from '@orchid-ml/orchid-models/node';
import type { Tokenizer } from '@orchid-ml/tokenizers';
import type { CheckpointStore, Snapshot } from '../checkpoints.ts';
import { checkFolder, replaceFolder } from './atomic-folder.ts';
import { reasonOf } from './errors.ts';
import { CHECKPOINT_FILES, FILES } from './files.ts';

export interface CheckpointDirectoryOptions {
  /** Saved along, as tokenizer.json. */
  readonly tokenizer?: Tokenizer;
  /** How inputs are made for the model (as `@orchid-ml/pipelines` reads it), plain JSON. Saved along, as preprocessor_config.json. */
  readonly preprocessor?: object;
  /** Strings for the metadata of model.safetensors. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The run goes on from the checkpoint that is here: until the first save, that is the last good one. */
  readonly resumed?: boolean;
}

/**
 * A store for `train` that keeps the newest checkpoint in `dir`: model.safetensors, config.json, optimizer.safetensors,
 * trainer_state.json and, if given, tokenizer.json and preprocessor_config.json. A save writes `<dir>.tmp-<pid>` and swaps it in by renaming,
 * so a crash or a full disk leaves the old checkpoint. Other files in the folder are kept.
 */
export function checkpointDirectory(
  dir: string,
  { tokenizer, preprocessor, metadata = {}, resumed = false }: CheckpointDirectoryOptions = {},
): CheckpointStore<Model> {
  let last = resumed ? dir : undefined;

  async function fill(folder: string, { model, optimizer, state }: Snapshot<Model>): Promise<void> {
    await saveModel(folder, model, { ...metadata, step: String(state.step) });
    await writeSafetensors(`${folder}/${FILES.optimizer}`, await optimizer.state(), { step: String(state.step) });
    const json = (name: string, value: unknown): FileContent => ({
      path: `${folder}/${name}`,
      content: `${JSON.stringify(value, null, 2)}\n`,
    });
    const files = [json(FILES.state, state)];
    if (tokenizer) files.push(json(FILES.tokenizer, tokenizer));
    if (preprocessor) files.push(json(FILES.preprocessor, preprocessor));
    await writeFilesAtomically(files);
  }

  return {
    get last(): string | undefined {
      return last;
    },
    async prepare() {
      try {
        await checkFolder(dir, CHECKPOINT_FILES);
      } catch (error) {
        throw new Error(`checkpoint folder ${dir}: it cannot be written: ${reasonOf(error)}`, { cause: error });
      }
    },
    async save(snapshot) {
      try {
        await replaceFolder(dir, CHECKPOINT_FILES, (folder) => fill(folder, snapshot));
      } catch (error) {
        const kept = last === undefined ? 'no earlier one was saved' : 'the one before it is kept';
        throw new Error(
          `checkpoint folder ${dir}: step ${snapshot.state.step} could not be saved: ${reasonOf(error)}; ${kept}`,
          { cause: error },
        );
      }
      last = dir;
      return dir;
    },
  };
}
