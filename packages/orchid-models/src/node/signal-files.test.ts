// Classifiers and the DNA model as folders: what is loaded scores the same to the last bit, and takes another head.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import {
  type AnyModel,
  createModel,
  type DnaMaskedLanguageModel,
  type ModelConfigInput,
  type OrchidAudio,
  type OrchidVit,
} from '../index.ts';
import { loadModel, saveModel } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'orchid-signals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const image = { image_size: 8, patch_size: 4, num_channels: 1, hidden_size: 8, num_hidden_layers: 1 } as const;
const models: [string, ModelConfigInput][] = [
  ['orchid-vit', { model_type: 'orchid-vit', ...image, id2label: { 0: 'cat', 1: 'dog', 2: 'eel' } }],
  ['vit', { model_type: 'vit', ...image, num_attention_heads: 2, intermediate_size: 16, num_labels: 3 }],
  [
    'orchid-audio',
    { model_type: 'orchid-audio', max_samples: 64, hidden_size: 8, num_hidden_layers: 1, num_labels: 3 },
  ],
  ['orchid-dna', { model_type: 'orchid-dna', hidden_size: 8, max_position_embeddings: 16, reverse_complement: true }],
];

function scores(model: AnyModel): tf.Tensor {
  return tf.tidy(() => {
    const noise = (shape: number[]) => tf.randomNormal(shape, 0, 1, 'float32', 3);
    if (model.kind === 'orchid-dna') {
      const ids = tf.tensor2d([3, 4, 5, 6, 7, 2, 3, 3], [1, 8], 'int32');
      return (model as DnaMaskedLanguageModel).logits(ids);
    }
    if (model.kind === 'orchid-audio') return (model as OrchidAudio).classify(noise([2, 64]) as tf.Tensor2D);
    return (model as OrchidVit).classify(noise([2, 8, 8, 1]) as tf.Tensor4D);
  });
}

describe.each(BACKENDS)('folders on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each(models)('%s', async (name, config) => {
    await withoutLeak(async () => {
      const model = createModel(config, { seed: 4 }) as AnyModel;
      const at = join(folder, name);
      await saveModel(at, model);
      const loaded = await loadModel(at);
      expect(loaded.config).toEqual(model.config);
      const [p, q] = [scores(model), scores(loaded.model)];
      expect(await q.data()).toEqual(await p.data());
      tf.dispose([p, q]);
      model.dispose();
      loaded.model.dispose();
    });
  });
});

it.each(models.slice(0, 3))('%s: the body goes on with other classes', async (name, config) => {
  await use('wasm');
  await withoutLeak(async () => {
    const at = join(folder, `${name}-head`);
    const model = createModel(config, { seed: 4 }) as AnyModel;
    await saveModel(at, model);
    model.dispose();
    const { model: other, fresh } = await loadModel(at, { config: { num_labels: 7 } });
    expect(fresh.length).toBe(2);
    const y = scores(other);
    expect(y.shape).toEqual([2, 7]);
    expect(other.config).not.toHaveProperty('id2label');
    y.dispose();
    other.dispose();
  });
});
