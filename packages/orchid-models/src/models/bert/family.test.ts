// Both kinds of BERT: heads, gradients, recomputation, dropout, sizes, and what they refuse.
import { variableGradients } from '@orchid-ml/backends/autodiff';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../../test/backends.ts';
import { type ConfigInputOf, createModel, type EncodeOptions } from '../../index.ts';

type Input = ConfigInputOf<'orchid-bert' | 'bert'>;

const sizes = {
  vocab_size: 21,
  hidden_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 24,
  max_position_embeddings: 8,
} as const;
const orchid: Input = { model_type: 'orchid-bert', ...sizes, filter_order: 6, pad_vocab_size_multiple_of: 8 };
const bert: Input = { model_type: 'bert', ...sizes };
const kinds: [string, Input][] = [
  ['orchid-bert', orchid],
  ['orchid-bert, norm first, dense', { ...orchid, norm_first: true, mlp_blocks: 1, mlp_gated: false } as Input],
  ['orchid-bert with attention', { ...orchid, mixer: 'attention' } as Input],
  ['bert', bert],
];

const ids = () => tf.tensor2d([5, 3, 20, 0, 7, 1, 9, 2], [2, 4], 'int32');

/** What each head gives, as one number. */
function score(config: Input, x: tf.Tensor2D, options: EncodeOptions) {
  const model = createModel(config, { seed: 2 });
  const scores = () => {
    const { head } = model.config;
    if (head === 'masked-lm') return model.logits(x, options);
    return head === 'none' ? model.pooled(x, options) : model.classify(x, options);
  };
  return { model, loss: () => tf.tidy(() => tf.mean(tf.square(tf.sub(scores(), 0.3))) as tf.Scalar) };
}

/** The largest difference, relative to the largest value. */
async function close(a: tf.Tensor, b: tf.Tensor): Promise<number> {
  const [x, y] = [await a.data(), await b.data()];
  expect(x.length).toBe(y.length);
  const largest = Math.max(1e-6, ...Array.from(y, Math.abs));
  return Math.max(...Array.from(x, (value, i) => Math.abs(value - y[i]!))) / largest;
}

describe.each(BACKENDS)('the BERT family on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each(kinds)(
    '%s: every head has finite gradients of all parameters, recomputed alike, and leaves nothing',
    async (_, base) => {
      for (const head of [
        'masked-lm',
        'sequence-classification',
        'regression',
        'token-classification',
        'none',
      ] as const) {
        await withoutLeak(async () => {
          const tokenTypes = tf.tensor2d([0, 0, 1, 1, 0, 1, 1, 1], [2, 4], 'int32');
          const attentionMask = tf.tensor2d([1, 1, 1, 1, 1, 1, 1, 0], [2, 4], 'int32');
          const options = { tokenTypes, attentionMask, dropoutSeed: 11 };
          const x = ids();
          const { model, loss } = score({ ...base, head }, x, options);
          const recomputed = score({ ...base, head }, x, { ...options, recompute: true });
          const variables = model.trainableVariables();
          const first = variableGradients(loss, variables);
          const again = variableGradients(recomputed.loss, recomputed.model.trainableVariables());
          expect(await close(again.value, first.value)).toBeLessThan(1e-6);
          const names = [...model.namedParameters().keys()];
          for (const [i, variable] of variables.entries()) {
            const values = await first.grads[variable.name]!.data();
            expect(values.every(Number.isFinite), names[i]).toBe(true);
            // What shifts every key's score alike changes no attention.
            const none = names[i]!.endsWith('key.bias') || names[i]!.includes('word_embeddings');
            if (!none)
              expect(
                values.some((value) => value !== 0),
                names[i],
              ).toBe(true);
            const other = again.grads[recomputed.model.trainableVariables()[i]!.name]!;
            if (!none) expect(await close(other, first.grads[variable.name]!), names[i]).toBeLessThan(1e-4);
          }
          tf.dispose([first.value, first.grads, again.value, again.grads, x, tokenTypes, attentionMask]);
          model.dispose();
          recomputed.model.dispose();
        });
      }
    },
    60_000,
  );

  it.each(kinds)('%s: scores at chosen positions are rows of all scores', async (_, config) => {
    await withoutLeak(async () => {
      const model = createModel(config, { seed: 4 });
      const x = ids();
      const at = tf.tensor1d([0, 3, 6], 'int32');
      const [all, some, last] = [model.logits(x), model.logits(x, { at }), model.logits(x, { positions: 'last' })];
      expect([all.shape, some.shape, last.shape]).toEqual([
        [2, 4, 21],
        [3, 21],
        [2, 21],
      ]);
      const rows = tf.reshape(all, [8, 21]);
      const ends = tf.tensor1d([3, 7], 'int32');
      const wanted = [tf.gather(rows, at), tf.gather(rows, ends)];
      expect(await close(some, wanted[0]!)).toBeLessThan(1e-5);
      expect(await close(last, wanted[1]!)).toBeLessThan(1e-5);
      model.dispose();
      tf.dispose([x, at, all, some, last, rows, ends, wanted]);
    });
  });

  it('drops with a seed, the same values each time, and nothing without', async () => {
    const x = ids();
    for (const [, config] of kinds) {
      const model = createModel({ ...config, hidden_dropout_prob: 0.5 }, { seed: 4 });
      const run = async (dropoutSeed?: number) => {
        const logits = model.logits(x, dropoutSeed === undefined ? {} : { dropoutSeed });
        const values = await logits.data();
        logits.dispose();
        return values;
      };
      expect(await run()).toEqual(await run());
      const first = await run(1);
      expect(await run(1)).toEqual(first);
      expect(await run(2)).not.toEqual(first);
      expect(await run()).not.toEqual(first);
      model.dispose();
    }
    x.dispose();
  });
});

describe('a model of the BERT family', () => {
  beforeAll(() => use('cpu'));

  it('pads its table, and scores no padding', () => {
    const model = createModel(orchid);
    expect(model.namedParameters().get('bert.embeddings.word_embeddings.weight')!.value.shape).toEqual([24, 12]);
    model.dispose();
  });

  it('refuses what does not fit', () => {
    const model = createModel(bert);
    const refuses = (run: () => unknown, message: string) => expect(() => tf.tidy(run as () => void)).toThrow(message);
    refuses(
      () => model.logits(tf.zeros([1, 9], 'int32')),
      'Bert: the sequence has 9 positions; max_position_embeddings',
    );
    refuses(() => model.logits(tf.zeros([1, 4])), 'Bert: ids are float32 of shape [1,4], want int32');
    refuses(
      () => model.logits(ids(), { tokenTypes: tf.zeros([2, 3], 'int32') }),
      'Bert: tokenTypes is int32 of shape [2,3], want int32 of shape [2,4]',
    );
    refuses(
      () => model.hidden(ids(), { attentionMask: tf.zeros([2, 4], 'bool') }),
      'attentionMask is bool of shape [2,4], want int32 or float32 of shape [2,4]',
    );
    refuses(
      () => model.classify(ids()),
      "the head 'masked-lm' gives no scores of labels; want 'sequence-classification'",
    );
    refuses(() => model.pooled(ids()), "the head 'masked-lm' gives no pooler");
    refuses(
      () => model.logits(ids(), { positions: 'last', at: tf.tensor1d([0], 'int32') }),
      "'at' and positions 'last' exclude each other",
    );
    model.dispose();
  });

  it.each<[string, object, string]>([
    [
      'blocks that do not divide',
      { ...orchid, mlp_blocks: 5 },
      'mlp_blocks is 5 and hidden_size is 12; want a divisor',
    ],
    ['heads that do not divide', { ...bert, num_attention_heads: 5 }, 'num_attention_heads is 5 and hidden_size is 12'],
    ['another head', { ...bert, head: 'qa' }, 'head is "qa"; want "masked-lm" or'],
    ['another architecture', { ...bert, architectures: ['BertForQuestionAnswering'] }, 'or say with the key head'],
    ['a decoder', { ...bert, is_decoder: true }, 'is_decoder is true; want false'],
    ['relative positions', { ...bert, position_embedding_type: 'relative_key' }, 'want "absolute"'],
    [
      'labels and their number',
      { ...bert, id2label: { 0: 'a' }, num_labels: 2 },
      'id2label has 1 labels and num_labels is 2',
    ],
    ['labels with a gap', { ...bert, id2label: { 0: 'a', 2: 'b' } }, 'id2label has no label "1"; want "0" to "1"'],
    ['all dropped', { ...bert, hidden_dropout_prob: 1 }, 'hidden_dropout_prob is 1; want less than 1'],
  ])('refuses %s', (_, config, message) => {
    expect(() => createModel(config as Input)).toThrow(message);
  });
});
