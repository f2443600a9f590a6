// Pretrained folders: sharded and in half precision, with another head, out of a page's buffers, and from a hub.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HubServer } from '../../../hub/test/hub-server.ts';
import { use, withoutLeak } from '../../test/backends.ts';
import { type ConfigInputOf, createModel, decodeSafetensors, modelFromFiles, stateDict } from '../index.ts';
import { fromPretrained, loadModel, readSafetensors, saveModel, writeSafetensors } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'orchid-pretrained-'));
let folder = '';
let count = 0;
beforeAll(() => use('wasm'));
beforeEach(() => {
  folder = join(root, `${count++}`);
});
afterAll(() => rmSync(root, { recursive: true }));

const sizes = {
  vocab_size: 21,
  hidden_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 24,
  max_position_embeddings: 8,
} as const;
const orchid = { model_type: 'orchid-bert', ...sizes, filter_order: 6 } as const;
const bert = { model_type: 'bert', ...sizes } as const;

async function saved(
  config: ConfigInputOf<'orchid-bert' | 'bert'>,
  ...options: Parameters<typeof saveModel> extends [unknown, unknown, ...infer R] ? R : never
) {
  const model = createModel(config, { seed: 9 });
  const weights = await stateDict(model);
  await saveModel(folder, model, ...options);
  model.dispose();
  return weights;
}

const bytesOf = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const edit = (name: string, change: (json: Record<string, unknown>) => object) =>
  writeFileSync(join(folder, name), JSON.stringify(change(JSON.parse(readFileSync(join(folder, name), 'utf8')))));

describe('a saved model', () => {
  it.each([orchid, bert])('comes back to the last bit: $model_type', (config) =>
    withoutLeak(async () => {
      const weights = await saved(config, { note: 'x' });
      const { model, metadata, fresh, unused } = await fromPretrained(folder);
      expect(await stateDict(model)).toEqual(weights);
      expect([metadata.note, fresh, unused]).toEqual(['x', [], []]);
      model.dispose();
    }),
  );

  it('comes back from shards to the last bit', () =>
    withoutLeak(async () => {
      const weights = await saved(orchid, {}, { maxShardBytes: 4000 });
      const files = readdirSync(folder).sort();
      const shards = files.filter((file) => /^model-\d{5}-of-\d{5}\.safetensors$/.test(file));
      expect(files).toEqual(['config.json', ...shards, 'model.safetensors.index.json']);
      expect(shards.length).toBeGreaterThan(3);
      const { metadata, weight_map: map } = JSON.parse(readFileSync(join(folder, files.at(-1)!), 'utf8'));
      expect(Object.keys(map).sort()).toEqual([...weights.keys()].sort());
      expect(metadata.total_size).toBe([...weights.values()].reduce((sum, { data }) => sum + 4 * data.length, 0));
      for (const file of shards) {
        const { tensors } = decodeSafetensors(bytesOf(file));
        const stored = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
        expect(stored <= 4000 || tensors.size === 1).toBe(true);
      }
      const { model } = await loadModel(folder);
      expect(await stateDict(model)).toEqual(weights);
      // Saved again in one file, nothing of the shards is left.
      await saveModel(folder, model);
      expect(readdirSync(folder).sort()).toEqual(['config.json', 'model.safetensors']);
      await saveModel(folder, model, {}, { maxShardBytes: 4000 });
      expect(readdirSync(folder).sort()).toEqual(files);
      model.dispose();
    }));

  it.each([
    ['F16', 2 ** -11],
    ['BF16', 2 ** -8],
  ] as const)('in %s takes half the space, and every weight is the nearest there is', async (dtype, bound) => {
    const weights = await saved(bert);
    const whole = statSync(join(folder, 'model.safetensors')).size;
    await saved(bert, {}, { dtype });
    expect(statSync(join(folder, 'model.safetensors')).size).toBeLessThan(0.65 * whole);
    const { model } = await loadModel(folder);
    for (const [name, { data }] of await stateDict(model)) {
      const wanted = weights.get(name)!.data as Float32Array;
      for (const [i, value] of (data as Float32Array).entries()) {
        expect(Math.abs(value - wanted[i]!)).toBeLessThanOrEqual(bound * Math.abs(wanted[i]!) + 2 ** -25);
      }
    }
    // What is stored in half precision is stored again without loss.
    const first = bytesOf('model.safetensors');
    await saveModel(folder, model, {}, { dtype });
    expect(bytesOf('model.safetensors')).toEqual(first);
    model.dispose();
  });

  it('refuses options that mean nothing', async () => {
    const model = createModel(bert);
    await expect(saveModel(folder, model, {}, { maxShardBytes: 0 })).rejects.toThrow(
      'maxShardBytes is 0; want a positive',
    );
    await expect(saveModel(folder, model, {}, { dtype: 'F8' as 'F16' })).rejects.toThrow(
      'dtype is "F8"; want "F32", "F16"',
    );
    model.dispose();
  });
});

describe('shards', () => {
  const refuses = async (change: () => unknown, message: RegExp) => {
    await saved(bert, {}, { maxShardBytes: 4000 });
    await change();
    await withoutLeak(() => expect(loadModel(folder)).rejects.toThrow(message));
  };
  const index = 'model.safetensors.index.json';
  const first = () => readdirSync(folder).find((file) => file.startsWith('model-00001'))!;

  it('one of them missing', () => refuses(() => rmSync(join(folder, first())), /cannot read .*model-00001.*: ENOENT/));
  it('one of them cut', () =>
    refuses(
      () => writeFileSync(join(folder, first()), bytesOf(first()).subarray(0, 300)),
      /cannot read .*00001.*truncated/,
    ));
  it('an index that is none', () => refuses(() => edit(index, () => ({})), /index.json: want an object weight_map/));
  it('an index that leads out of the folder', () =>
    refuses(
      () => edit(index, () => ({ weight_map: { a: '../a.safetensors' } })),
      /names the file "..\/a.safetensors"/,
    ));
  it('a single file beside them', () =>
    refuses(() => writeFileSync(join(folder, 'model.safetensors'), ''), /has both model.safetensors and .*index.json/));
  it('a tensor in two of them', () =>
    refuses(async () => {
      const { tensors } = await readSafetensors(join(folder, first()));
      await writeSafetensors(join(folder, 'model-9.safetensors'), tensors);
      edit(index, (json) => ({
        ...json,
        weight_map: { ...(json.weight_map as object), again: 'model-9.safetensors' },
      }));
    }, /cannot read .*model-9.safetensors: the tensor '.*' is in another file too/));
});

describe('another head', () => {
  it.each([orchid, bert])('starts afresh on the same body: $model_type', (config) =>
    withoutLeak(async () => {
      const weights = await saved(config);
      const head = { head: 'sequence-classification', num_labels: 3 } as const;
      const { model, fresh, unused } = await fromPretrained(folder, { config: head, seed: 5 });
      expect(fresh).toEqual([
        'bert.pooler.dense.weight',
        'bert.pooler.dense.bias',
        'classifier.weight',
        'classifier.bias',
      ]);
      expect([...unused].sort()).toEqual([...weights.keys()].filter((name) => name.startsWith('cls.')).sort());
      const now = await stateDict(model);
      for (const [name, tensor] of now) if (!fresh.includes(name)) expect(tensor).toEqual(weights.get(name));
      expect((now.get('classifier.weight')!.data as Float32Array).some((value) => value !== 0)).toBe(true);
      // The fresh head is the one that the seed gives.
      const twin = createModel({ ...config, ...head }, { seed: 5 });
      expect(now.get('classifier.weight')).toEqual((await stateDict(twin)).get('classifier.weight'));
      twin.dispose();
      // Trained and saved, it is a model like any other; then the head stays.
      await saveModel(folder, model);
      model.dispose();
      const again = await fromPretrained(folder);
      expect(again.fresh).toEqual([]);
      expect(await stateDict(again.model)).toEqual(now);
      again.model.dispose();
      const same = await fromPretrained(folder, { config: head });
      expect([same.fresh, same.unused]).toEqual([[], []]);
      same.model.dispose();
      // Of another number of labels, the classifier is another one; the pooler stays.
      const other = await fromPretrained(folder, { config: { num_labels: 2 } });
      expect(other.fresh).toEqual(['classifier.weight', 'classifier.bias']);
      other.model.dispose();
    }),
  );

  it('is not made up where nobody asked for it', async () => {
    await saved(bert);
    edit('config.json', (json) => ({ ...json, head: 'none', architectures: ['BertModel'] }));
    const { tensors } = await readSafetensors(join(folder, 'model.safetensors'));
    await writeSafetensors(join(folder, 'model.safetensors'), tensors);
    await withoutLeak(() =>
      expect(fromPretrained(folder)).rejects.toThrow(
        /'bert.pooler.dense.weight'.* missing \(all of the head: name the head/,
      ),
    );
    const { model, fresh } = await fromPretrained(folder, { config: { head: 'none' } });
    expect(fresh).toEqual(['bert.pooler.dense.weight', 'bert.pooler.dense.bias']);
    model.dispose();
  });

  it('does not excuse a body that is missing or of another size', async () => {
    await saved(orchid);
    const head = { head: 'regression' } as const;
    await withoutLeak(() =>
      expect(fromPretrained(folder, { config: { ...head, num_hidden_layers: 3 } })).rejects.toThrow(
        /'bert.encoder.layer.2.norm1.weight', .* missing/,
      ),
    );
    await expect(fromPretrained(folder, { config: { ...head, vocab_size: 99 } })).rejects.toThrow(
      /word_embeddings.weight' has the shape \[64,12\], want \[128,12\]/,
    );
    await expect(fromPretrained(folder, { config: { hed: 'none' } })).rejects.toThrow(
      /hed is not a key of orchid-bert/,
    );
    await expect(fromPretrained(folder, { config: { model_type: 'bert' } })).rejects.toThrow(/it cannot be replaced/);
  });
});

describe('modelFromFiles', () => {
  it('makes a model of buffers, as a page would fetch them, which stay as they were', () =>
    withoutLeak(async () => {
      const weights = await saved(orchid, {}, { maxShardBytes: 9000 });
      const buffers = readdirSync(folder)
        .filter((file) => file.endsWith('.safetensors'))
        .map((file) => bytesOf(file).slice().buffer);
      const copies = buffers.map((buffer) => buffer.slice(0));
      const config = readFileSync(join(folder, 'config.json'), 'utf8');
      for (const form of [config, JSON.parse(config)]) {
        const { model } = modelFromFiles({ config: form, weights: buffers });
        expect(await stateDict(model)).toEqual(weights);
        model.dispose();
      }
      expect(buffers).toEqual(copies);
      const wrong = { ...JSON.parse(config), layer_norm_eps: 1e-3 };
      expect(() => modelFromFiles({ config: wrong, weights: buffers })).toThrow(
        'the weights belong to another model than config describes: it has layer_norm_eps 1e-12, not 0.001',
      );
      expect(() => modelFromFiles({ config, weights: [...buffers, buffers[0]!] })).toThrow('is in another file too');
    }));
});

describe('the hub', () => {
  let hub: HubServer;
  beforeEach(async () => {
    hub = await new HubServer('someone/bert').start();
  });
  const from = (extra: object = {}) =>
    fromPretrained('someone/bert', { endpoint: hub.endpoint, cacheDir: join(folder, 'cache'), retries: 0, ...extra });
  const serve = (files: readonly string[]) => {
    for (const file of files) hub.add(file, bytesOf(file), { lfs: file.endsWith('.safetensors') });
  };

  it.each([1e9, 9000])(
    'gives a model by its name, from files of at most %i bytes, and then from the cache',
    async (maxShardBytes) => {
      const weights = await saved(bert, {}, { maxShardBytes });
      serve(readdirSync(folder));
      hub.add('README.md', 'a card').add('pytorch_model.bin', 'something else');
      await withoutLeak(async () => {
        for (const offline of [false, true]) {
          const { model } = await from({ offline });
          expect(await stateDict(model)).toEqual(weights);
          model.dispose();
        }
        const { model, fresh } = await from({ config: { head: 'token-classification' }, revision: hub.commit });
        expect(fresh).toEqual(['classifier.weight', 'classifier.bias']);
        model.dispose();
      });
      expect(hub.gets.some(({ url }) => url.includes('pytorch_model.bin'))).toBe(false);
      await hub.stop();
    },
  );

  it('says what is missing', async () => {
    await saved(bert);
    serve(['config.json']);
    await expect(from()).rejects.toThrow(/someone\/bert has no model.safetensors on the hub; .* config.json/);
    await expect(fromPretrained('someone/else', { endpoint: hub.endpoint, retries: 0 })).rejects.toMatchObject({
      kind: 'not-found',
    });
    await expect(fromPretrained('./no/such/folder')).rejects.toThrow(
      /there is no folder .\/no\/such\/folder, and it is no/,
    );
    await hub.stop();
  });
});

it("an older folder without today's keys is what it was", async () => {
  const model = createModel({ model_type: 'orchid-masked-lm', vocab_size: 7, hidden_size: 4, filter_order: 4 });
  await saveModel(folder, model);
  const since = ['mixer', 'num_attention_heads'];
  edit('config.json', (json) => Object.fromEntries(Object.entries(json).filter(([key]) => !since.includes(key))));
  const { model: again } = await loadModel(folder);
  expect(again.config).toEqual(model.config);
  const x = tf.tensor2d([[1, 2, 3]], [1, 3], 'int32');
  if (again.kind !== 'orchid-masked-lm') throw new Error('another kind');
  const [a, b] = [model.logits(x), again.logits(x)];
  expect(await b.data()).toEqual(await a.data());
  tf.dispose([x, a, b]);
  model.dispose();
  again.dispose();
});
