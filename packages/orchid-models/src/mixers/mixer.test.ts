// What all mixers have in common: made from a configuration, trained in a model, blind to padding, and found by their kind.
import { variableGradients } from '@orchid-ml/backends/autodiff';
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../../backends/src/testing/webgpu.ts';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { near, noise, someMask } from '../../test/formula.ts';
import { OrchidBlock } from '../blocks/orchid-block.ts';
import { parseConfig } from '../config/index.ts';
import { createModel } from '../index.ts';
import { mixerOptions } from '../models/mixer-options.ts';
import { createMixer, type MixerOptions } from './mixer.ts';

const engines = [...BACKENDS, ...((await hasWebGpu()) ? (['webgpu'] as const) : [])];

const [width, lMax] = [4, 16];
const filter = { order: 4, embDim: 3, numInnerMlps: 1 };
const MIXERS: [string, MixerOptions][] = [
  ['orchid I, dft', { kind: 'orchid', width, lMax, filter }],
  ['orchid I, dct', { kind: 'orchid', width, lMax, filter, transform: 'dct', network: { magnitude: 'abs' } }],
  ['orchid I-time', { kind: 'orchid', width, lMax, filter, conditioning: 'I-time' }],
  ['orchid I-freq', { kind: 'orchid', width, lMax, filter, conditioning: 'I-freq', residualLongConv: false }],
  ['orchid II, dft', { kind: 'orchid', width, lMax, filter, conditioning: 'II' }],
  ['orchid II, dct', { kind: 'orchid', width, lMax, filter, conditioning: 'II', transform: 'dct' }],
  ['attention', { kind: 'attention', width }],
  ['hyena', { kind: 'hyena', width, lMax, filter }],
  ['hyena, bidirectional', { kind: 'hyena', width, lMax, filter, mode: 'bidirectional' }],
  ['hyena, circular', { kind: 'hyena', width, lMax, filter, mode: 'circular' }],
  ['linformer', { kind: 'linformer', width, lMax, k: 3 }],
  ['reformer', { kind: 'reformer', width, lMax, chunk: 3 }],
  ['routing', { kind: 'routing', width, clusters: 3 }],
];

describe.each(engines)('every mixer on %s', (engine) => {
  beforeAll(() => use(engine));

  it.each(MIXERS)('%s answers alike at real positions whatever stands at padding', async (_, options) => {
    await withoutLeak(async () => {
      const [batch, length] = [3, 13];
      const mixer = createMixer(options, new Rng(1));
      // Padding at the end, at the beginning, and none.
      const real = (b: number, t: number) => (b === 0 ? t < 8 : b === 1 ? t >= 4 : true);
      const mask = tf.tensor2d(
        Float32Array.from({ length: batch * length }, (_, i) => Number(real(Math.floor(i / length), i % length))),
        [batch, length],
      );
      const one = noise(batch * length * width, 2);
      const other = one.map((value, i) => {
        const row = Math.floor(i / width);
        return real(Math.floor(row / length), row % length) ? value : 7 * value + 3;
      });
      const answers = (values: Float32Array) =>
        tf.tidy(() => mixer.forward(tf.tensor(values, [batch, length, width]), { mask }));
      const [a, b] = [answers(one), answers(other)];
      const isReal = (i: number) => one[i] === other[i];
      near('y', await b.data(), await a.data(), 1e-5, isReal);
      // Without a mask padding would have counted, for which this test is there. Of heads that route, not always.
      const bare = tf.tidy(() => mixer.forward(tf.tensor(other, [batch, length, width])));
      const [unmasked, masked] = [await bare.data(), await a.data()];
      expect(unmasked.some((value, i) => isReal(i) && Math.abs(value - masked[i]!) > 1e-3)).toBe(true);
      // Nothing is masked where all is real.
      const all = tf.ones([batch, length]) as tf.Tensor2D;
      const whole = tf.tidy(() => mixer.forward(tf.tensor(other, [batch, length, width]), { mask: all }));
      near('y', await whole.data(), unmasked, 1e-5);
      tf.dispose([mask, a, b, bare, all, whole]);
      mixer.dispose();
    });
  });
});

describe('every mixer in a block', () => {
  beforeAll(() => use('wasm'));

  it.each(MIXERS)('%s has the same gradients when it is run again, under a mask', async (_, mixer) => {
    await withoutLeak(async () => {
      const [batch, length] = [2, 11];
      const block = new OrchidBlock({ mixer, innerWidth: 8 }, new Rng(1));
      const x = tf.tensor3d(noise(batch * length * width, 2), [batch, length, width]);
      const variables = block.trainableVariables();
      const gradients = async (recompute: boolean) => {
        const { value, grads } = variableGradients(() => {
          // A mask that is gone when the block runs again.
          const mask = tf.tidy(() => tf.tensor2d(someMask(batch, length), [batch, length]));
          const real = tf.expandDims(mask, 2);
          return tf.sum(tf.square(tf.mul(block.forward(x, { mask, recompute }), real))) as tf.Scalar;
        }, variables);
        const values = await Promise.all(variables.map(({ name }) => grads[name]!.data()));
        tf.dispose([value, grads]);
        return values;
      };
      const [want, got] = [await gradients(false), await gradients(true)];
      for (const [i, values] of want.entries()) near(`gradient ${i}`, got[i]!, values, 1e-5);
      x.dispose();
      block.dispose();
    });
  });
});

describe('every mixer in a model', () => {
  beforeAll(() => use('wasm'));

  const base = { model_type: 'orchid-recall', vocab_size: 8, hidden_size: 8, max_position_embeddings: 16 } as const;
  const keys = { filter_order: 4, linformer_k: 4, lsh_attn_chunk_length: 4, routing_num_clusters: 2 } as const;

  it.each(['orchid', 'attention', 'hyena', 'linformer', 'reformer', 'routing'] as const)(
    '%s is chosen by the configuration and trains',
    async (mixer) => {
      const position = mixer === 'orchid' || mixer === 'hyena' ? 'none' : 'absolute';
      const model = createModel({ ...base, ...keys, mixer, position_embedding_type: position }, { seed: 1 });
      const ids = tf.tensor2d([1, 5, 2, 6, 3, 7, 1, 5, 2, 6, 3, 7, 1, 4], [1, 14], 'int32');
      const loss = () =>
        tf.tidy(() =>
          tf.neg(tf.sum(tf.slice(tf.logSoftmax(model.logits(ids, { positions: 'last' })), [0, 5], [1, 1]))),
        );
      const first = (await loss().data())[0]!;
      const before = tf.memory().numTensors;
      for (let step = 0; step < 20; step++) {
        const variables = model.trainableVariables();
        const { value, grads } = variableGradients(() => loss() as tf.Scalar, variables);
        for (const variable of variables) {
          tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(grads[variable.name]!, 0.02))));
        }
        tf.dispose([value, grads]);
      }
      expect(tf.memory().numTensors).toBe(before);
      expect((await loss().data())[0]!).toBeLessThan(0.5 * first);
      model.dispose();
    },
  );

  it('gives every key of the configuration to its mixer', () => {
    const options = (config: object) =>
      mixerOptions(parseConfig({ ...base, ...config } as Parameters<typeof parseConfig>[0]) as never);
    const common = { width: 8, lMax: 16 };
    expect(options({ mixer: 'linformer', linformer_k: 4, linformer_share_kv: true })).toEqual({
      kind: 'linformer',
      ...common,
      heads: 2,
      k: 4,
      shareKeyValue: true,
    });
    const reformer = { mixer: 'reformer', num_hashes: 3, lsh_attn_chunk_length: 5, num_buckets: [2, 4], hash_seed: 6 };
    expect(options(reformer)).toEqual({
      kind: 'reformer',
      ...common,
      heads: 2,
      rounds: 3,
      chunk: 5,
      buckets: [2, 4],
      hashSeed: 6,
    });
    expect(options({ mixer: 'reformer' })).not.toHaveProperty('buckets');
    expect(options({ mixer: 'routing', routing_window_size: 3 })).toEqual({
      kind: 'routing',
      width: 8,
      heads: 2,
      clusters: 4,
      window: 3,
    });
    expect(options({ mixer: 'hyena', hyena_order: 3, hyena_mode: 'causal', short_filter_order: 5 })).toEqual({
      kind: 'hyena',
      ...common,
      order: 3,
      mode: 'causal',
      shortFilterOrder: 5,
      filter: { order: 64, embDim: 5, numInnerMlps: 2, w: 10 },
    });
  });

  it('names the kinds there are', () => {
    expect(() => createMixer({ kind: 'mamba' } as unknown as MixerOptions, new Rng(1))).toThrow(
      `createMixer: kind is "mamba"; want 'orchid', 'attention', 'hyena', 'linformer', 'reformer' or 'routing'`,
    );
  });
});
