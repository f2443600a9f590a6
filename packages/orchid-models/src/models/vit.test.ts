// ViT against PyTorch's own layers in float64: outputs, and the gradient of every parameter, under transformers' names.
import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { createModel, decodeSafetensors, loadStateDict, parameterCount, type SafetensorsTensor } from '../index.ts';

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

describe('ViT', () => {
  beforeAll(() => use('wasm'));

  it('has 86.6 M parameters at base size', () => {
    const model = createModel({ model_type: 'vit', num_labels: 1000 });
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
    [{ architectures: ['ViTForMaskedImageModeling'] as never }, 'want "ViTForImageClassification"'],
    [{ hidden_act: 'silu' as never }, 'hidden_act is "silu"; want "gelu"'],
    [{ num_labels: 3, id2label: { 0: 'a', 1: 'b' } }, 'id2label has 2 classes and num_labels is 3; want as many'],
    [{ id2label: { 0: 'a', 2: 'b' } }, 'id2label has a class "2"; want 0 to 1'],
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
