// Whole models: sizes, shapes, gradients, weights in and out, and what they refuse.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import type { ConfigInputOf } from '../config/index.ts';
import { checkIds, createModel, loadStateDict, parameterCount, stateDict } from '../index.ts';

type Input = ConfigInputOf<'orchid-recall' | 'orchid-masked-lm'>;

const small = { hidden_size: 8, max_position_embeddings: 12, filter_order: 6, num_hidden_layers: 2 } as const;
const recall: Input = { model_type: 'orchid-recall', vocab_size: 10, ...small };
const masked: Input = { model_type: 'orchid-masked-lm', vocab_size: 11, ...small };
const variants: [string, Input][] = [
  ['recall', recall],
  ['recall, tied', { ...recall, tie_word_embeddings: true }],
  ['recall, dft, no residual', { ...recall, transform: 'dft', fft_norm: 'ortho', residual_long_conv: false }],
  ['masked lm', masked],
  [
    'masked lm, attention',
    { ...masked, mixer: 'attention', num_attention_heads: 4, position_embedding_type: 'absolute' },
  ],
  ['masked lm, positions', { ...masked, position_embedding_type: 'absolute' }],
  ['masked lm, type II in time', { ...masked, conditioning: 'II', transform: 'dft', kernel_domain: 'time' }],
];

function ids(batch: number, length: number, vocab: number): tf.Tensor2D {
  const values = Int32Array.from({ length: batch * length }, (_, i) => (i * 7 + 3) % vocab);
  return tf.tensor2d(values, [batch, length], 'int32');
}

describe.each(BACKENDS)('models on %s', (backend) => {
  beforeAll(() => use(backend));

  it('the recall model of the recipe has 0.16 M parameters', () => {
    const model = createModel({ model_type: 'orchid-recall', vocab_size: 20 });
    expect(parameterCount(model)).toBe(160_020);
    expect(model.kind).toBe('orchid-recall');
    expect([...model.namedParameters().keys()]).toEqual(
      expect.arrayContaining([
        'embedding.weight',
        'blocks.0.mixer.in_linear.weight',
        'blocks.1.mlp.out_linear.bias',
        'head.weight',
      ]),
    );
    model.dispose();
  });

  it.each(variants)('%s: forward, gradient and dispose leave nothing behind', async (_, config) => {
    await withoutLeak(async () => {
      const model = createModel(config, { seed: 3 });
      const x = ids(2, 12, config.vocab_size);
      const before = tf.memory().numTensors;
      const logits = model.logits(x);
      expect(logits.shape).toEqual([2, 12, config.vocab_size]);
      logits.dispose();
      const variables = model.trainableVariables();
      const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(model.logits(x))) as tf.Scalar, variables);
      for (const [name, { variable }] of model.namedParameters()) {
        const values = await grads[variable.name]!.data();
        expect(values.every(Number.isFinite), name).toBe(true);
        expect(
          values.some((entry) => entry !== 0),
          name,
        ).toBe(true);
      }
      for (const tensor of [value, ...Object.values(grads)]) tensor.dispose();
      expect(tf.memory().numTensors).toBe(before);
      x.dispose();
      model.dispose();
    });
  });

  it.each(['orchid', 'attention'] as const)(
    "%s: positions 'last' are the last row of 'all', for any length",
    async (mixer) => {
      const model = createModel({ ...recall, mixer }, { seed: 4 });
      for (const length of [1, 2, 5, 12]) {
        await withoutLeak(async () => {
          const x = ids(3, length, 10);
          const [all, last] = [model.logits(x), model.logits(x, { positions: 'last' })];
          expect(last.shape).toEqual([3, 10]);
          const rows = (await all.array()) as number[][][];
          const want = rows.flatMap((row) => row.at(-1)!);
          (await last.data()).forEach((value, i) => void expect(value).toBeCloseTo(want[i]!, 5));
          for (const tensor of [x, all, last]) tensor.dispose();
        });
      }
      model.dispose();
    },
  );

  it.each([
    ['tied', masked],
    ['a head of its own', recall],
  ] as const)('%s: scores are the output layer of the hidden states', async (_, config) => {
    const model = createModel(config, { seed: 4 });
    const x = ids(2, 9, config.vocab_size);
    await withoutLeak(async () => {
      const [hidden, logits, again] = [model.hidden(x), model.logits(x), model.hidden(x, { recompute: true })];
      expect(hidden.shape).toEqual([2, 9, 8]);
      const parameters = model.namedParameters();
      const value = (name: string) => parameters.get(name)!.variable;
      const weight = value(config === masked ? 'embedding.weight' : 'head.weight');
      const scored = tf.tidy(() =>
        tf.add(tf.matMul(tf.reshape(hidden, [18, 8]), weight as tf.Tensor2D, false, true), value('head.bias')),
      );
      const wanted = await logits.data();
      (await scored.data()).forEach((score, i) => void expect(score).toBeCloseTo(wanted[i]!, 5));
      expect(await again.data()).toEqual(await hidden.data());
      tf.dispose([hidden, logits, again, scored]);
    });
    const wrong = tf.zeros([1, 13], 'int32') as tf.Tensor2D;
    expect(() => model.hidden(wrong)).toThrow('max_position_embeddings allows 1 to 12');
    tf.dispose([x, wrong]);
    model.dispose();
  });

  it('the choice of magnitude is for dft; dct always takes |U|', async () => {
    const scores = async (extra: Partial<Input>) => {
      const model = createModel({ ...recall, ...extra } as Input);
      const logits = tf.tidy(() => model.logits(ids(1, 12, 10)));
      const values = await logits.data();
      logits.dispose();
      model.dispose();
      return values;
    };
    const [squared, abs] = [{ conditioning_magnitude: 'squared' }, { conditioning_magnitude: 'abs' }] as const;
    expect(await scores({ transform: 'dct', ...squared })).toEqual(await scores({ transform: 'dct', ...abs }));
    expect(await scores({ transform: 'dft', ...squared })).not.toEqual(await scores({ transform: 'dft', ...abs }));
  });

  it('the seed decides the weights', async () => {
    const [a, b, c] = [1, 1, 2].map((seed) => createModel(recall, { seed }));
    const [one, two, three] = await Promise.all([a!, b!, c!].map((model) => stateDict(model)));
    expect(one).toEqual(two);
    expect(one).not.toEqual(three);
    for (const model of [a, b, c]) model!.dispose();
  });

  it('a state dict carries the model: the same logits to the last bit', async () => {
    const [from, to] = [createModel(masked, { seed: 5 }), createModel(masked, { seed: 6 })];
    const saved = await stateDict(from);
    loadStateDict(to, saved);
    const x = ids(2, 9, 11);
    const [p, q] = [from.logits(x), to.logits(x)];
    expect(await q.data()).toEqual(await p.data());
    // Nothing is shared: changing the arrays changes no model.
    for (const { data } of saved.values()) (data as Float32Array).fill(0);
    const again = to.logits(x);
    expect(await again.data()).toEqual(await p.data());
    for (const tensor of [x, p, q, again]) tensor.dispose();
    from.dispose();
    to.dispose();
  });

  it('refuses what does not fit', () => {
    const model = createModel(recall);
    const refused = (make: () => tf.Tensor, message: string) =>
      expect(() => tf.tidy(() => model.logits(make() as tf.Tensor2D))).toThrow(message);
    refused(() => ids(1, 13, 10), 'RecallModel: the sequence has 13 positions; max_position_embeddings allows 1 to 12');
    refused(() => tf.zeros([1, 4]), 'RecallModel: ids are float32 of shape [1,4], want int32 of shape [batch, length]');
    refused(() => tf.zeros([4], 'int32'), 'ids are int32 of shape [4]');
    const x = ids(1, 4, 10);
    // @ts-expect-error a caller in plain JavaScript may write anything
    expect(() => model.logits(x, { positions: 'first' })).toThrow(`positions is "first", want 'all' or 'last'`);
    x.dispose();
    model.dispose();
    expect(() => checkIds([0, 9, 10], 10)).toThrow('the id at index 2 is 10; want an integer from 0 to 9');
    expect(() => checkIds(Int32Array.of(3, -1), 10)).toThrow('the id at index 1 is -1');
    checkIds(Int32Array.of(0, 9), 10);
    expect(() => createModel({ ...recall, max_positions: 3 } as unknown as Input)).toThrow(
      'max_positions is not a key',
    );
  });
});

describe('loadStateDict', () => {
  beforeAll(() => use('cpu'));

  it('names everything that does not fit, and then assigns nothing', async () => {
    const model = createModel(recall, { seed: 1 });
    const before = await stateDict(model);
    const other = createModel(recall, { seed: 2 });
    const wrong = await stateDict(other);
    wrong.delete('norm.weight');
    wrong.set('extra', { dtype: 'F32', shape: [1], data: new Float32Array(1) });
    wrong.set('norm.bias', { dtype: 'F32', shape: [9], data: new Float32Array(9) });
    wrong.set('head.bias', { dtype: 'I32', shape: [10], data: new Int32Array(10) });
    const message = (() => {
      try {
        loadStateDict(model, wrong);
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(message).toContain("'norm.weight' missing");
    expect(message).toContain("'extra' not a parameter of RecallModel");
    expect(message).toContain("'norm.bias' has the shape [9], want [8]");
    expect(message).toContain("'head.bias' has the dtype I32, want F32");
    expect(await stateDict(model)).toEqual(before);
    model.dispose();
    other.dispose();
  });

  it('takes float64 as float32', async () => {
    const model = createModel(recall, { seed: 1 });
    const tensors = await stateDict(model);
    tensors.set('norm.bias', { dtype: 'F64', shape: [8], data: new Float64Array(8).fill(0.1) });
    loadStateDict(model, tensors);
    expect((await stateDict(model)).get('norm.bias')!.data).toEqual(new Float32Array(8).fill(0.1));
    model.dispose();
  });
});
