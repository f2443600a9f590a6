// What the tests of pipelines share: an engine, tiny models, their folders as files, and a guard against tensors left behind.
import { useBackend } from '@orchid-ml/backends';
import { encodeSafetensors, type Model, stateDict } from '@orchid-ml/orchid-models';
import type { Tokenizer } from '@orchid-ml/tokenizers';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { InputError, type PreprocessorInput } from '../src/index.ts';

export async function startEngine(): Promise<void> {
  await useBackend('wasm', { blas: 'off' });
}

/** Of every model that tests make: small, and of numbers that tell a wrong order. */
export const tiny = { hidden_size: 16, num_hidden_layers: 2, intermediate_size: 32 } as const;

/** Runs `body` and checks that it leaves no tensor behind. */
export async function withoutLeak<T>(body: () => T | Promise<T>): Promise<T> {
  const before = tf.memory().numTensors;
  const result = await body();
  expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
  return result;
}

const utf8 = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

/** A model's folder as files. */
export async function filesOf(
  model: Model,
  { tokenizer, preprocessor }: { tokenizer?: Tokenizer; preprocessor?: PreprocessorInput } = {},
): Promise<Map<string, Uint8Array>> {
  const weights = encodeSafetensors(await stateDict(model), { config: JSON.stringify(model.config), format: 'pt' });
  return new Map([
    ['config.json', utf8(model.config)],
    ['model.safetensors', weights],
    ...(tokenizer ? [['tokenizer.json', utf8(tokenizer.toJSON())] as const] : []),
    ...(preprocessor ? [['preprocessor_config.json', utf8(preprocessor)] as const] : []),
  ]);
}

/** The InputError that `work` throws. */
export function inputError(work: () => unknown): InputError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error as InputError;
  }
  throw new Error('nothing was thrown');
}

/** Checks the field and the words of what `work` refuses. */
export function expectRefused(work: () => unknown, field: string, message: RegExp): void {
  const error = inputError(work);
  expect(error.field).toBe(field);
  expect(error.message).toMatch(message);
}

/** The numbers of a tensor that a calculation gives; all it makes is freed. */
export function numbers(compute: () => tf.Tensor): Float32Array {
  const tensor = tf.tidy(compute);
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values.slice();
}

/** Numbers that look random and are the same in every run. */
export function waves(count: number, seed = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin((i + 1) * (seed + 0.37) * 12.9898) * 0.9);
}
