// Every named size has as many parameters as were published, and the parts add up to the whole.
import { Rng } from '@orchid-ml/dd-conv';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../test/backends.ts';
import { createModel, parameterCount, parameterParts, parseConfig, SIZES } from '../index.ts';
import { construct } from '../models/create.ts';

describe('named sizes', () => {
  beforeAll(() => use('wasm'));

  it.each(SIZES.map((size) => [size.name, size] as const))('%s', (name, { config, published }) => {
    expect(name).toMatch(/^[a-z0-9-]+$/);
    // Only counted: no first values are drawn.
    const model = construct(parseConfig(config), Rng.blank());
    const count = parameterCount(model);
    const parts = parameterParts(model);
    model.dispose();
    expect(Math.abs(count / published.parameters - 1)).toBeLessThan(published.tolerance);
    expect(parts.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(count);
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
