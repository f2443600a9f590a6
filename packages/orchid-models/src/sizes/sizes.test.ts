// Every named size has as many parameters as were published, and the parts add up to the whole.
import { heapUse } from '@orchid-ml/backends';
import type { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../test/backends.ts';
import { type AnyModel, createModel, inspectModel, parameterCount, parameterParts, SIZES } from '../index.ts';

describe('named sizes', () => {
  beforeAll(() => use('wasm'));

  it.each(SIZES.map((size) => [size.name, size] as const))('%s', (name, { config, published }) => {
    expect(name).toMatch(/^[a-z0-9-]+$/);
    const { count, parts } = inspectModel(config, (model) => ({
      count: parameterCount(model),
      parts: parameterParts(model),
    }));
    expect(Math.abs(count / published.parameters - 1)).toBeLessThan(published.tolerance);
    expect(parts.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(count);
  });

  it.each([
    ['orchid-bert-base', 77_299_776],
    ['orchid-bert-large', 254_009_664],
    // As transformers counts BertForMaskedLM.
    ['bert-base', 109_514_298],
    ['bert-large', 335_174_458],
    ['recall', 160_020],
  ])('%s has %i parameters', (name, parameters) => {
    const { config } = SIZES.find((size) => size.name === name)!;
    expect(inspectModel(config, parameterCount)).toBe(parameters);
  });

  it('have names of their own', () => {
    expect(new Set(SIZES.map(({ name }) => name)).size).toBe(SIZES.length);
  });
});

describe('parameterParts', () => {
  beforeAll(() => use('cpu'));

  it('folds layers, largest part first', () => {
    const model = createModel({
      model_type: 'orchid-vit',
      image_size: 8,
      patch_size: 4,
      hidden_size: 8,
      num_labels: 3,
    });
    const parts = parameterParts(model);
    const of = (part: string) => parts.find((each) => each.part === part)?.parameters;
    expect(of('blocks.*.mixer.in_linear')).toBe(6 * (8 * 24 + 24));
    expect(of('patch_embedding.projection')).toBe(3 * 16 * 8 + 8);
    expect(of('head')).toBe(27);
    expect(of('position_embedding')).toBe(32);
    expect(parts.map(({ parameters }) => parameters)).toEqual(
      parts.map(({ parameters }) => parameters).sort((a, b) => b - a),
    );
    expect(parameterParts(model, 1).some(({ part }) => part === 'blocks.*.mixer')).toBe(true);
    model.dispose();
  });
});

describe('inspectModel', () => {
  it('shows what createModel makes, and leaves the engine and its tensors alone', async () => {
    await use('wasm');
    const shapes = (model: Module) => [...model.namedParameters()].map(([name, { value }]) => [name, value.shape]);
    const sizes = {
      vocab_size: 10,
      hidden_size: 12,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      intermediate_size: 8,
    };
    const long = { max_position_embeddings: 1000 };
    for (const config of [
      { model_type: 'orchid-bert', ...sizes, ...long } as const,
      { model_type: 'bert', ...sizes } as const,
      { model_type: 'orchid-masked-lm', ...sizes } as const,
    ]) {
      const model = createModel(config);
      const before = tf.memory().numTensors;
      expect(inspectModel(config, shapes)).toEqual(shapes(model));
      expect([tf.getBackend(), tf.memory().numTensors]).toEqual(['wasm', before]);
      model.dispose();
    }
  });

  it('takes no memory for the weights', async () => {
    await use('wasm');
    const { used } = heapUse()!;
    const size = {
      model_type: 'bert',
      hidden_size: 4096,
      num_hidden_layers: 48,
      intermediate_size: 16_384,
      num_attention_heads: 32,
    } as const;
    expect(inspectModel(size, parameterCount)).toBeGreaterThan(9e9);
    expect(heapUse()!.used).toBe(used);
  });

  it('gives the engine back after an error, and computes nothing', async () => {
    await use('cpu');
    const config = { model_type: 'orchid-recall', vocab_size: 10 } as const;
    const compute = (model: AnyModel) => tf.square([...model.namedParameters().values()][0]!.value);
    expect(() => inspectModel(config, compute)).toThrow(/Kernel 'Square' not registered for backend 'orchid-shapes'/);
    expect(tf.getBackend()).toBe('cpu');
    expect(() => inspectModel({ ...config, vocab_size: 0 }, parameterCount)).toThrow('vocab_size is 0');
  });
});
