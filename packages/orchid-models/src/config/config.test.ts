// A configuration either is right or says what is wrong, by name.
import { describe, expect, it } from 'vitest';
import { configJsonSchema, parseConfig } from './index.ts';

const recall = { model_type: 'orchid-recall', vocab_size: 20 };

describe('parseConfig', () => {
  it('fills in the defaults, and its own output passes unchanged', () => {
    const config = parseConfig(recall);
    expect(config).toMatchObject({ hidden_size: 64, num_hidden_layers: 2, intermediate_size: 256, transform: 'dct' });
    expect(parseConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
    expect(parseConfig({ ...recall, hidden_size: 8 }).intermediate_size).toBe(32);
    expect(parseConfig({ model_type: 'orchid-masked-lm', vocab_size: 9 })).toMatchObject({ tie_word_embeddings: true });
  });

  it.each<[string, unknown, RegExp]>([
    ['no object', [], /^config: got a list, want an object$/],
    ['no model_type', { vocab_size: 20 }, /model_type is missing; want "orchid-recall" or "orchid-masked-lm"/],
    ['another model_type', { model_type: 'gpt2' }, /model_type is "gpt2"; want "orchid-recall"/],
    [
      'a misspelt key',
      { ...recall, hiden_size: 64 },
      /hiden_size is not a key of orchid-recall; did you mean hidden_size\?/,
    ],
    [
      'a strange key',
      { ...recall, colour: 'red' },
      /colour is not a key of orchid-recall; known: model_type, vocab_size/,
    ],
    ['a missing key', { model_type: 'orchid-recall' }, /vocab_size is missing; want an? (integer|number)/],
    ['a string for a number', { ...recall, hidden_size: '64' }, /hidden_size is "64"; want an? (integer|number)/],
    ['a fraction', { ...recall, num_hidden_layers: 1.5 }, /num_hidden_layers is 1.5; want an integer/],
    ['a number too small', { ...recall, hidden_size: 0 }, /hidden_size is 0; want at least 1/],
    ['a negative eps', { ...recall, layer_norm_eps: -1 }, /layer_norm_eps is -1; want more than 0/],
    [
      'an even filter',
      { ...recall, conditioning_filter_size: 4 },
      /conditioning_filter_size is 4; want an odd integer/,
    ],
    ['another choice', { ...recall, transform: 'fft' }, /transform is "fft"; want "dft" or "dct"/],
    ['a string for a truth', { ...recall, residual_long_conv: 'yes' }, /residual_long_conv is "yes"; want a boolean/],
    [
      'dct in the time domain',
      { ...recall, transform: 'dct', kernel_domain: 'time' },
      /kernel_domain is "time" and transform is "dct"/,
    ],
    [
      'heads that do not divide the width',
      { ...recall, mixer: 'attention', hidden_size: 6, num_attention_heads: 4 },
      /num_attention_heads is 4 and hidden_size is 6; want a divisor of hidden_size/,
    ],
    ['another mixer', { ...recall, mixer: 'mamba' }, /mixer is "mamba"; want "orchid" or "attention" or "hyena"/],
    [
      'a projection longer than the sequence',
      { ...recall, mixer: 'linformer', linformer_k: 129 },
      /linformer_k is 129 and max_position_embeddings is 128; want at most that/,
    ],
    [
      'routing with heads of one channel',
      { ...recall, mixer: 'routing', hidden_size: 4, num_attention_heads: 4 },
      /num_attention_heads is 4 and hidden_size is 4; mixer "routing" wants heads of at least 2 channels/,
    ],
    ['odd buckets', { ...recall, num_buckets: 3 }, /num_buckets is 3; want an even integer/],
    ['odd factors of buckets', { ...recall, num_buckets: [2, 3] }, /num_buckets\.1 is 3; want an even integer/],
    [
      'other buckets',
      { ...recall, num_buckets: 'few' },
      /num_buckets is "few"; want an even integer, a list of them, or/,
    ],
    ['two things at once', { ...recall, hidden_size: 0, filter_order: 'a' }, /hidden_size is 0.*; filter_order is "a"/],
  ])('refuses %s', (_, json, message) => {
    expect(() => parseConfig(json)).toThrow(message);
  });

  it('documents every key', () => {
    const { properties } = configJsonSchema('orchid-recall') as {
      properties: Record<string, { description?: string }>;
    };
    for (const [key, { description }] of Object.entries(properties)) expect(description, key).toBeTruthy();
  });
});
