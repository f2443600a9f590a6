// The steps from a model's files to the model: the weights of all files together, whether they belong to the configuration, and
// the parameters set.
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { type ModelConfig, parseConfig, parsePretrainedConfig } from '../config/index.ts';
import { type AnyModel, construct } from '../models/create.ts';
import { type DecodedSafetensors, decodeSafetensors } from '../safetensors/index.ts';
import { toFloat32 } from '../state-dict.ts';
import { fit, type Tensors } from './fit.ts';

/** Adds what a file holds to what the files before it held. @throws Error when it is damaged, or has a tensor that they have */
export function addFile(to: DecodedSafetensors, bytes: Uint8Array): void {
  // Views: every tensor is copied onto the backend at once, and the file is then let go.
  const decoded = decodeSafetensors(bytes, { copy: false });
  for (const [name, tensor] of decoded.tensors) {
    if (to.tensors.has(name)) throw new Error(`the tensor '${name}' is in another file too`);
    to.tensors.set(name, tensor);
  }
  Object.assign(to.metadata, decoded.metadata);
}

/**
 * A model with the weights of a file, but for a new head's.
 *
 * @throws Error naming what does not fit; no tensor is left behind then
 */
export function loadWeights(
  config: ModelConfig,
  tensors: Tensors,
  isNewHead: boolean,
  seed: number,
): { model: AnyModel; fresh: string[]; unused: string[] } {
  let model: AnyModel | undefined;
  try {
    // First values are drawn only if some of them stay.
    model = construct(config, Rng.blank());
    let fitting = fit(model, tensors, isNewHead);
    if (fitting.fresh.length > 0) {
      model.dispose();
      model = construct(config, new Rng(seed));
      fitting = fit(model, tensors, isNewHead);
    }
    const { loaded, fresh, unused } = fitting;
    for (const [name, { variable }] of model.namedParameters()) {
      const tensor = loaded.get(name);
      if (tensor === undefined) continue;
      // A copy of its own: an engine may go on using the array that it is given, and the files are the caller's.
      const value = tf.tensor(Float32Array.from(toFloat32(name, tensor)), variable.shape, 'float32');
      variable.assign(value);
      value.dispose();
    }
    return { model, fresh, unused };
  } catch (error) {
    model?.dispose();
    throw error;
  }
}

/**
 * What the weights' own configuration says otherwise than config.json, or null. Weights written elsewhere carry none; for them
 * names and shapes have to do.
 *
 * @param json config.json, parsed; what a caller replaces of it makes no other model of the weights
 * @param saved the configuration in the weights' metadata
 * @throws Error when that is none
 */
export function differences(json: unknown, saved: string | undefined): string | null {
  if (saved === undefined) return null;
  let own: Record<string, unknown>;
  try {
    own = parseConfig(JSON.parse(saved)) as unknown as Record<string, unknown>;
  } catch (error) {
    throw new Error(`the weights' metadata: ${(error as Error).message}`, { cause: error });
  }
  const config = parsePretrainedConfig(json).config as unknown as Record<string, unknown>;
  const text = (value: unknown) => JSON.stringify(value);
  const different = Object.entries(config).filter(([key, value]) => text(own[key]) !== text(value));
  if (different.length === 0) return null;
  return different.map(([key, value]) => `${key} ${text(own[key])}, not ${text(value)}`).join('; ');
}
