// From the contents of a model's files to the model, wherever the files came from: a page's fetch, a disk, the hub.
import { type ModelConfig, parsePretrainedConfig } from '../config/index.ts';
import type { AnyModel } from '../models/create.ts';
import type { DecodedSafetensors } from '../safetensors/index.ts';
import { addFile, differences, loadWeights } from './load.ts';

export interface PretrainedOptions {
  /**
   * Keys of the configuration to replace. With another `head` or `num_labels` the body is loaded and the head starts afresh;
   * other keys must leave the body's shapes as they are.
   */
  readonly config?: Readonly<Record<string, unknown>>;
  /** of the first weights of a fresh head; default 0 */
  readonly seed?: number;
}

export interface ModelFiles {
  /** the contents of config.json: its text, or parsed */
  readonly config: unknown;
  /** the contents of model.safetensors, or of all its shards */
  readonly weights: readonly (ArrayBuffer | Uint8Array)[];
}

/** A model out of files, and what did not come out of them. */
export interface Pretrained {
  /** `kind` tells which; see `isSequenceModel` */
  readonly model: AnyModel;
  readonly config: ModelConfig;
  /** of the weights; of several files, all of theirs */
  readonly metadata: Readonly<Record<string, string>>;
  /** parameters that no tensor of the files is for: those of a head that was asked for by `config` */
  readonly fresh: readonly string[];
  /** tensors that the model has no place for, such as those of the head that it was trained with */
  readonly unused: readonly string[];
  /** keys of config.json that mean nothing here; only files of other programs' may have such */
  readonly unusedKeys: readonly string[];
}

/** Whether keys of a configuration ask for a head, which may then start afresh. */
export function asksForHead(replaced: Readonly<Record<string, unknown>>): boolean {
  return ['head', 'num_labels', 'id2label'].some((key) => replaced[key] !== undefined);
}

/**
 * Makes a model of the current backend from config.json and safetensors: our own, or a BERT's of the Hugging Face hub. F16, BF16
 * and F64 become float32.
 *
 * @throws Error when the configuration is wrong, a file is damaged, one tensor is in two files, weights carry the configuration of
 *   another model, or names and shapes do not fit (all found ones in one message)
 */
export function modelFromFiles(
  { config: contents, weights }: ModelFiles,
  { config: replaced = {}, seed = 0 }: PretrainedOptions = {},
): Pretrained {
  const json: unknown = typeof contents === 'string' ? JSON.parse(contents) : contents;
  const { config, unusedKeys } = parsePretrainedConfig(json, replaced);
  const all: DecodedSafetensors = { tensors: new Map(), metadata: {} };
  for (const file of weights) addFile(all, file instanceof Uint8Array ? file : new Uint8Array(file));
  const different = differences(json, all.metadata.config);
  if (different) {
    throw new Error(`modelFromFiles: the weights belong to another model than config describes: it has ${different}`);
  }
  const loaded = loadWeights(config, all.tensors, asksForHead(replaced), seed);
  return { ...loaded, config, metadata: all.metadata, unusedKeys };
}
