// BERT against a float64 reference written from its description alone (test/fixtures/make_bert_fixture.py), from files as they
// are found: with and without prefixes, old names, copies of tied weights, other programs' keys.
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../../../backends/src/testing/webgpu.ts';
import { BACKENDS, use, withoutLeak } from '../../../test/backends.ts';
import { Bert, createModel, type SafetensorsTensor } from '../../index.ts';
import { loadModel, readSafetensors } from '../../node/index.ts';

const engines = [...BACKENDS, ...((await hasWebGpu()) ? (['webgpu'] as const) : [])];

const folder = (name: string) => fileURLToPath(new URL(`../../../test/fixtures/${name}`, import.meta.url));

async function open(name: string) {
  const loaded = await loadModel(folder(name));
  if (!(loaded.model instanceof Bert)) throw new Error('no BERT');
  const { tensors } = await readSafetensors(`${folder(name)}/expected.safetensors`);
  const int = (key: string) => {
    const { shape, data } = tensors.get(key)!;
    return tf.tensor2d(Int32Array.from(data as BigInt64Array, Number), shape as [number, number], 'int32');
  };
  const inputs = { ids: int('ids'), tokenTypes: int('types'), attentionMask: int('mask') };
  return { ...loaded, model: loaded.model, inputs, tensors };
}

/** The largest error, relative to the largest value; of [B, L, C] at real positions only. */
async function error(actual: tf.Tensor, { shape, data }: SafetensorsTensor, mask?: tf.Tensor2D): Promise<number> {
  expect(actual.shape).toEqual(shape);
  const [values, real] = [await actual.data(), await mask?.data()];
  const wanted = data as Float64Array;
  const width = shape.at(-1)!;
  let [most, largest] = [0, 0];
  for (const [i, value] of values.entries()) {
    if (real && real[Math.floor(i / width)] === 0) continue;
    largest = Math.max(largest, Math.abs(wanted[i]!));
    most = Math.max(most, Math.abs(value - wanted[i]!));
  }
  return most / largest;
}

describe.each(engines)('BERT on %s', (backend) => {
  beforeAll(() => use(backend));

  it('a pretraining file: hidden states and scores of tokens; what is left over is named', () =>
    withoutLeak(async () => {
      const { model, inputs, tensors, unused, unusedKeys, fresh } = await open('bert_pretraining');
      const { ids, ...options } = inputs;
      const [hidden, logits] = [model.hidden(ids, options), model.logits(ids, options)];
      expect(await error(hidden, tensors.get('hidden')!, options.attentionMask)).toBeLessThan(1e-5);
      expect(await error(logits, tensors.get('logits')!, options.attentionMask)).toBeLessThan(1e-5);
      expect(fresh).toEqual([]);
      expect([...unused].sort()).toEqual([
        'bert.pooler.dense.bias',
        'bert.pooler.dense.weight',
        'cls.seq_relationship.bias',
        'cls.seq_relationship.weight',
      ]);
      expect([...unusedKeys].sort()).toEqual(['gradient_checkpointing', 'transformers_version', 'use_cache']);
      tf.dispose([...Object.values(inputs), hidden, logits]);
      model.dispose();
    }));

  it('a file with old names, without a prefix: hidden states and pooler, gelu_new', () =>
    withoutLeak(async () => {
      const { model, inputs, tensors } = await open('bert_old_names');
      const { ids, ...options } = inputs;
      const [hidden, pooled] = [model.hidden(ids, options), model.pooled(ids, options)];
      expect(await error(hidden, tensors.get('hidden')!, options.attentionMask)).toBeLessThan(1e-5);
      expect(await error(pooled, tensors.get('pooled')!)).toBeLessThan(1e-5);
      expect(model.config.head).toBe('none');
      tf.dispose([...Object.values(inputs), hidden, pooled]);
      model.dispose();
    }));

  it('a classifier with named labels: scores, relu', () =>
    withoutLeak(async () => {
      const { model, inputs, tensors } = await open('bert_classification');
      const { ids, ...options } = inputs;
      const scores = model.classify(ids, options);
      expect(await error(scores, tensors.get('scores')!)).toBeLessThan(1e-5);
      expect(model.config).toMatchObject({ head: 'sequence-classification', num_labels: 3 });
      expect(() => model.logits(ids)).toThrow(
        "Bert: the head 'sequence-classification' gives no scores of tokens; want 'masked-lm'",
      );
      tf.dispose([...Object.values(inputs), scores]);
      model.dispose();
    }));

  it('padding has no influence, and the mask may be float32', () =>
    withoutLeak(async () => {
      const { model, inputs } = await open('bert_classification');
      tf.dispose(inputs);
      const short = tf.tensor2d([[3, 1, 4]], [1, 3], 'int32');
      const long = tf.tensor2d([[3, 1, 4, 9, 9]], [1, 5], 'int32');
      const attentionMask = tf.tensor2d([[1, 1, 1, 0, 0]]);
      const [a, b] = [model.classify(short), model.classify(long, { attentionMask })];
      const [values, others] = [await a.data(), await b.data()];
      for (const [i, value] of values.entries()) expect(Math.abs(value - others[i]!)).toBeLessThan(1e-6);
      tf.dispose([short, long, attentionMask, a, b]);
      model.dispose();
    }));
});

describe('a BERT', () => {
  beforeAll(() => use('wasm'));

  const small = {
    model_type: 'bert',
    vocab_size: 20,
    hidden_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 12,
    max_position_embeddings: 6,
  } as const;

  it('has the parameters of transformers, by name', () => {
    const model = createModel(small);
    const layer = (rest: string) => `bert.encoder.layer.0.${rest}`;
    const both = (name: string) => [`${name}.weight`, `${name}.bias`];
    expect([...model.namedParameters().keys()].sort()).toEqual(
      [
        ...['word', 'position', 'token_type'].map((name) => `bert.embeddings.${name}_embeddings.weight`),
        ...both('bert.embeddings.LayerNorm'),
        ...['query', 'key', 'value'].flatMap((name) => both(layer(`attention.self.${name}`))),
        ...[
          'attention.output.dense',
          'attention.output.LayerNorm',
          'intermediate.dense',
          'output.dense',
          'output.LayerNorm',
        ]
          .map(layer)
          .flatMap(both),
        ...both('cls.predictions.transform.dense'),
        ...both('cls.predictions.transform.LayerNorm'),
        'cls.predictions.bias',
      ].sort(),
    );
    model.dispose();
  });

  it('untied has a decoder of its own', () => {
    const model = createModel({ ...small, tie_word_embeddings: false });
    expect(model.namedParameters().get('cls.predictions.decoder.weight')!.value.shape).toEqual([20, 8]);
    model.dispose();
  });
});
