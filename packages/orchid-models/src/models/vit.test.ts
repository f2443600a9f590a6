// ViT against PyTorch's own layers in float64: outputs, and the gradient of every parameter, under transformers' names.
import { readFile } from 'node:fs/promises';
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import {
  createModel,
  decodeSafetensors,
  encodeSafetensors,
  loadStateDict,
  modelFromFiles,
  parameterCount,
  parseConfig,
  type SafetensorsTensor,
  type Vit,
} from '../index.ts';
import { construct } from './create.ts';

const fixture = new URL('../../test/fixtures/vit/tiny.safetensors', import.meta.url);
const tiny = { model_type: 'vit', image_size: 8, patch_size: 4, hidden_size: 8, num_attention_heads: 2 } as const;

describe.each(BACKENDS)('ViT on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each([false, true])('scores and gradients are those of the reference, recompute %s', async (recompute) => {
    const { tensors, metadata } = decodeSafetensors(await readFile(fixture));
    const of = (kind: string): [string, SafetensorsTensor][] =>
      [...tensors].filter(([name]) => name.startsWith(kind)).map(([name, tensor]) => [name.slice(kind.length), tensor]);
    const tensor = (name: string) => {
      const { data, shape } = tensors.get(name)!;
      return tf.tensor(Float32Array.from(data as Float64Array), shape);
    };
    await withoutLeak(async () => {
      const model = createModel({ ...JSON.parse(metadata.config!), model_type: 'vit' as const });
      loadStateDict(model, new Map(of('param.')));
      const [pixels, cotangent] = [tensor('input.pixels') as tf.Tensor4D, tensor('input.cotangent')];
      const logits = model.classify(pixels);
      expect(await error(logits, tensors.get('output.logits')!)).toBeLessThan(2e-6);
      const { value, grads } = tf.variableGrads(
        () => tf.sum(tf.mul(model.classify(pixels, { recompute }), cotangent)) as tf.Scalar,
        model.trainableVariables(),
      );
      const parameters = model.namedParameters();
      expect(of('grad.').length).toBe(parameters.size);
      for (const [name, want] of of('grad.')) {
        // Softmax does not see what a key's bias adds: that gradient is nothing but rounding.
        const floor = name.endsWith('key.bias') ? 1 : 0;
        expect(await error(grads[parameters.get(name)!.variable.name]!, want, floor), name).toBeLessThan(5e-6);
      }
      tf.dispose([pixels, cotangent, logits, value, grads]);
      model.dispose();
    });
  });
});

describe('files of the hub', () => {
  beforeAll(() => use('wasm'));
  // What a config.json of transformers has besides, and names of classes in the place of their number.
  const strange = { _name_or_path: 'x/y', encoder_stride: 16, torch_dtype: 'float32', transformers_version: '4.13.0' };
  const id2label = { 0: 'cat', 1: 'dog', 2: 'eel' };

  async function files(body: boolean) {
    const { tensors, metadata } = decodeSafetensors(await readFile(fixture));
    const own = new Map<string, SafetensorsTensor>();
    for (const [name, tensor] of tensors) {
      const [kind, ...path] = name.split('.');
      // A body by itself is saved without its prefix, and has a pooler that classification does not use.
      if (kind === 'param' && !(body && path[0] === 'classifier')) own.set(path.slice(body ? 1 : 0).join('.'), tensor);
    }
    if (body) own.set('pooler.dense.bias', { dtype: 'F32', shape: [8], data: new Float32Array(8) });
    const { num_labels: _, ...config } = JSON.parse(metadata.config!);
    const architectures = [body ? 'ViTModel' : 'ViTForImageClassification'];
    return { weights: [encodeSafetensors(own)], config: { ...config, ...strange, id2label, architectures } };
  }

  it('a classifier is loaded, with the names of its classes', async () => {
    await withoutLeak(async () => {
      const { model, unusedKeys, unused, fresh } = modelFromFiles(await files(false));
      expect([unusedKeys, unused, fresh]).toEqual([Object.keys(strange), [], []]);
      expect(model.config).toMatchObject({ num_labels: 3, id2label });
      const { tensors } = decodeSafetensors(await readFile(fixture));
      const pixels = tf.tensor4d(Float32Array.from(tensors.get('input.pixels')!.data as Float64Array), [2, 8, 12, 3]);
      const logits = (model as Vit).classify(pixels);
      expect(await error(logits, tensors.get('output.logits')!)).toBeLessThan(2e-6);
      tf.dispose([pixels, logits]);
      model.dispose();
    });
  });

  it('a body gets a head, if one is asked for', async () => {
    await withoutLeak(async () => {
      const body = await files(true);
      expect(() => modelFromFiles(body)).toThrow("'classifier.weight', 'classifier.bias' missing (all of the head");
      const { model, unused, fresh } = modelFromFiles(body, { config: { num_labels: 5 } });
      expect([unused, fresh]).toEqual([['vit.pooler.dense.bias'], ['classifier.weight', 'classifier.bias']]);
      expect(model.config).toMatchObject({ num_labels: 5, architectures: ['ViTForImageClassification'] });
      expect(model.config).not.toHaveProperty('id2label');
      model.dispose();
    });
  });
});

describe('ViT', () => {
  beforeAll(() => use('wasm'));

  it('has 86.6 M parameters at base size', () => {
    // Only counted: no first values are drawn.
    const model = construct(parseConfig({ model_type: 'vit', num_labels: 1000 }), Rng.blank());
    // 2,000 more or less would be another model.
    expect(parameterCount(model)).toBe(86_567_656);
    model.dispose();
  });

  it('names the class token first in its hidden states', () => {
    const model = createModel({ ...tiny, num_hidden_layers: 1, qkv_bias: false });
    expect(model.namedParameters().has('vit.encoder.layer.0.attention.attention.query.bias')).toBe(false);
    const hidden = tf.tidy(() => model.hidden(tf.ones([2, 8, 8, 3])).shape);
    expect(hidden).toEqual([2, 5, 8]);
    model.dispose();
  });

  it('drops by the seed alone, and nothing without one', async () => {
    const config = { ...tiny, num_hidden_layers: 1, hidden_dropout_prob: 0.5, attention_probs_dropout_prob: 0.5 };
    const [model, plain] = [
      createModel(config, { seed: 2 }),
      createModel({ ...tiny, num_hidden_layers: 1 }, { seed: 2 }),
    ];
    const x = tf.randomNormal([2, 8, 8, 3], 0, 1, 'float32', 1) as tf.Tensor4D;
    const scores = (dropoutSeed?: number) =>
      tf.tidy(() => model.classify(x, dropoutSeed === undefined ? {} : { dropoutSeed }).arraySync());
    expect(scores(3)).toEqual(scores(3));
    expect(scores(3)).not.toEqual(scores(4));
    expect(scores()).toEqual(tf.tidy(() => plain.classify(x).arraySync()));
    x.dispose();
    model.dispose();
    plain.dispose();
  });

  it.each([
    [{ num_attention_heads: 3 }, 'num_attention_heads is 3 and hidden_size is 8; want a divisor of hidden_size'],
    [{ patch_size: 3 }, 'patch_size is 3 and image_size is 8 x 8; want a divisor'],
    [{ image_size: [8, 8, 8] as never }, 'image_size is [8,8,8]; want an integer of at least 1, or a list'],
    [{ hidden_act: 'silu' as never }, 'hidden_act is "silu"; want "gelu"'],
    [{ num_labels: 3, id2label: { 0: 'a', 1: 'b' } }, 'id2label has 2 labels and num_labels is 3; want as many'],
    [{ id2label: { 0: 'a', 2: 'b' } }, 'id2label has no label "1"; want "0" to "1"'],
    [{ label2id: { a: 2 } }, 'label2id says that "a" is 2; want 0 to 1'],
  ])('refuses %o', (keys, message) => {
    expect(() => createModel({ ...tiny, ...keys })).toThrow(message);
  });

  it('refuses other pixels', () => {
    const model = createModel({ ...tiny, num_hidden_layers: 1 });
    expect(() => tf.tidy(() => model.classify(tf.ones([2, 8, 8, 1])))).toThrow(
      'PatchEmbedding: pixels are float32 of shape [2,8,8,1], want float32 of shape [batch, 8, 8, 3] (height, width, channels)',
    );
    model.dispose();
  });
});

/** Largest difference, relative to the largest magnitude of what is wanted, or to `floor` where that is larger. */
async function error(got: tf.Tensor, { data, shape }: SafetensorsTensor, floor = 0): Promise<number> {
  expect(got.shape).toEqual(shape);
  const values = await got.data();
  const want = Float64Array.from(data as Float64Array);
  const largest = Math.max(floor, ...want.map(Math.abs));
  return Math.max(...want.map((value, i) => Math.abs(value - values[i]!))) / largest;
}
