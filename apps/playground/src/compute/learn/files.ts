// A session as the files of a checkpoint, the ones that `orchid train` writes, and back: what is saved here goes on there, and
// the other way round.
import {
  type DecodedSafetensors,
  decodeSafetensors,
  encodeSafetensors,
  modelFromFiles,
  parseConfig,
  RecallModel,
  stateDict,
} from '@orchid-ml/orchid-models';
import { parseTrainerState, type TrainerState } from '@orchid-ml/trainers';
import type { Files } from '../../shared/calls.ts';
import { DEFAULT_LEARN, type LearnSettings } from '../../shared/learn.ts';
import { RecallSession } from './session.ts';

const CONFIG = 'config.json';
const WEIGHTS = 'model.safetensors';
const OPTIMIZER = 'optimizer.safetensors';
const STATE = 'trainer_state.json';
const PREPROCESSOR = 'preprocessor_config.json';

/** config.json, model.safetensors, preprocessor_config.json, optimizer.safetensors, trainer_state.json. */
export async function filesOf(session: RecallSession): Promise<Map<string, Uint8Array>> {
  const { model, settings } = session;
  const { state, optimizer } = await session.saved();
  const step = String(state.step);
  const json = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
  // The weights carry the configuration, so that they can be opened by themselves.
  const metadata = { config: JSON.stringify(model.config), format: 'pt', step };
  return new Map([
    [CONFIG, json(model.config)],
    [WEIGHTS, encodeSafetensors(await stateDict(model), metadata)],
    [PREPROCESSOR, json({ task: 'recall', length: settings.length })],
    [OPTIMIZER, encodeSafetensors(optimizer, { step })],
    [STATE, json(state)],
  ]);
}

/**
 * The session of a folder of checkpoint files, or of weights alone whose metadata hold their configuration; without an
 * optimiser's state the training goes on with a fresh one, at step 0.
 *
 * @throws Error naming the file that is missing, damaged, or of a model for something else
 */
export function sessionOf(files: Files): RecallSession {
  const weights = weightsAmong(files);
  const config = files.has(CONFIG) ? readJson(files, CONFIG) : configOf(weights);
  const state = files.has(STATE) ? parseTrainerState(readJson(files, STATE)) : null;
  if (state && state.task.name !== 'recall') {
    throw new Error(`${STATE}: the run is of the task ${state.task.name}; want recall`);
  }
  const { model } = modelFromFiles({ config, weights: [weights] });
  if (!(model instanceof RecallModel)) {
    const { kind } = model;
    model.dispose();
    throw new Error(`the model is of the type ${kind}; here go models for recall (the page Use takes others)`);
  }
  try {
    const optimizer = files.has(OPTIMIZER) && state ? decode(files, OPTIMIZER).tensors : null;
    return new RecallSession(settingsOf(model, state), model, { state: optimizer ? state : null, optimizer });
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** model.safetensors, or the one file of that kind that there is. */
function weightsAmong(files: Files): Uint8Array {
  const all = [...files.keys()].filter((name) => name.endsWith('.safetensors') && name !== OPTIMIZER);
  const name = files.has(WEIGHTS) ? WEIGHTS : all.length === 1 ? all[0]! : null;
  if (name !== null) return files.get(name)!;
  const found = [...files.keys()].join(', ') || 'nothing';
  throw new Error(`there is no ${WEIGHTS} among the files (${found})`);
}

function configOf(weights: Uint8Array): unknown {
  const { config } = decodeSafetensors(weights, { copy: false }).metadata;
  if (config === undefined) {
    throw new Error(`the weights do not say what model they are of (no config in their metadata); add its ${CONFIG}`);
  }
  return parseConfig(JSON.parse(config));
}

function settingsOf({ config }: RecallModel, state: TrainerState | null): LearnSettings {
  const { mixer } = config;
  if (mixer !== 'orchid' && mixer !== 'attention') {
    throw new Error(`the model's mixer is ${mixer}; want orchid or attention`);
  }
  if (config.conditioning !== 'I' && config.conditioning !== 'II') {
    throw new Error(`the model's conditioning is ${config.conditioning}; want I or II`);
  }
  const number = (value: unknown, fallback: number) => (typeof value === 'number' ? value : fallback);
  return {
    length: number(state?.task.settings.length, config.max_position_embeddings),
    vocabSize: config.vocab_size,
    mixer,
    conditioning: config.conditioning,
    transform: config.transform,
    width: config.hidden_size,
    layers: config.num_hidden_layers,
    batchSize: number(state?.task.settings.batchSize, DEFAULT_LEARN.batchSize),
    learningRate: number(state?.optimizer.learningRate, DEFAULT_LEARN.learningRate),
    seed: number(state?.seed, DEFAULT_LEARN.seed),
  };
}

function decode(files: Files, name: string): DecodedSafetensors {
  try {
    return decodeSafetensors(files.get(name)!);
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

function readJson(files: Files, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(files.get(name)));
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}
