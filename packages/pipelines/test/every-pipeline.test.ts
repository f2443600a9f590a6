// What holds for every pipeline: its answers are the model's own, whatever they are batched with, and no tensor stays.
import { DNA_LETTERS } from '@orchid-ml/datasets';
import { createModel, type Model, type ModelConfigInput } from '@orchid-ml/orchid-models';
import { CharTokenizer, type Tokenizer, trainWordPiece } from '@orchid-ml/tokenizers';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPipeline, type Pipeline, type Prepared, type Preprocessor } from '../src/index.ts';
import { numbers, startEngine, tiny, waves, withoutLeak } from './support.ts';

type Any = Pipeline<unknown, unknown, Prepared, unknown>;

interface Case {
  readonly name: string;
  readonly config: ModelConfigInput;
  readonly tokenizer?: () => Promise<Tokenizer>;
  readonly preprocessor?: Preprocessor;
  /** three inputs, or more, of one bucket */
  readonly inputs: readonly unknown[];
  readonly options?: object;
  /** the probabilities of the first input's likeliest, by the model alone; or its number */
  direct(model: Model, tokenizer: Tokenizer): Float32Array;
  /** the mean of the first input's hidden states, by the model alone */
  hidden(model: Model, tokenizer: Tokenizer): Float32Array;
  /** the probabilities, or the number, that an answer holds */
  given(answer: unknown): number[];
}

// biome-ignore lint/suspicious/noExplicitAny: cases call models of all kinds, each its own.
const own = (model: Model) => model as any;
const ids = (values: readonly number[]) => tf.tensor2d([...values], [1, values.length], 'int32');
const softmaxAt = (logits: tf.Tensor, row: number, width: number) =>
  tf.softmax(tf.reshape(tf.slice(tf.reshape(logits, [-1, width]), [row, 0], [1, width]), [width]) as tf.Tensor1D);
const guesses = (answer: unknown) =>
  (answer as { guesses: { probability: number }[] }).guesses.map(({ probability }) => probability);
const firstMask = (answer: unknown) =>
  (answer as { masks: { probability: number }[][] }).masks[0]!.map(({ probability }) => probability);
const likeliest = (values: Float32Array) => values.slice().sort((a, b) => b - a);
/** The probabilities among ids that may be guessed. */
const among = (values: Float32Array, from: number, to = values.length) => {
  const kept = values.subarray(from, to);
  const total = kept.reduce((a, b) => a + b, 0);
  return likeliest(kept.map((value) => value / total));
};

const letters = 'abcdefghijklmnopqrstuvwxyz ';
const chars = async () => new CharTokenizer([...letters]);
const words = () =>
  trainWordPiece(['the cat sat on the mat', 'the dog lay by the door'], { vocabSize: 120, minFrequency: 1 });
const labels = { '0': 'no', '1': 'yes', '2': 'perhaps' };
const grey = (seed: number) => Uint8Array.from(waves(8 * 8, seed), (value) => Math.round((value + 1) * 127));
const image: Preprocessor = {
  task: 'image-classification',
  size: { height: 8, width: 8 },
  num_channels: 1,
  image_mean: [0.4],
  image_std: [0.2],
  crop_pct: null,
};
const pixels = (seed: number) =>
  tf.tensor(
    Float32Array.from(grey(seed), (v) => (v / 255 - 0.4) / 0.2),
    [1, 8, 8, 1],
  );
const text: Preprocessor = { task: 'text-classification', texts: 1, max_length: 24, pad_to_multiple_of: 8 };
const sentences = ['the cat sat', 'the dog lay by', 'on the mat'].map((sentence) => ({ text: sentence }));
const padded = (tokenizer: Tokenizer) => {
  const { ids: own } = tokenizer.encodeText(sentences[0]!.text);
  const row = (fill: (i: number) => number) => ids(Array.from({ length: 8 }, (_, i) => fill(i)));
  return {
    count: own.length,
    ids: row((i) => own[i] ?? tokenizer.specialTokens.pad!),
    attentionMask: row((i) => Number(i < own.length)),
  };
};
const maskedMean = (model: Model, tokenizer: Tokenizer) => {
  const { count, ids: row, attentionMask } = padded(tokenizer);
  return tf.mean(tf.slice(own(model).hidden(row, { attentionMask }) as tf.Tensor3D, [0, 0, 0], [1, count, 16]), 1);
};

const bertKeys = { ...tiny, vocab_size: 120, max_position_embeddings: 24, mlp_blocks: 2, filter_order: 16 } as const;

const cases: readonly Case[] = [
  {
    name: 'recall',
    config: { model_type: 'orchid-recall', ...tiny, vocab_size: 10, max_position_embeddings: 8 },
    inputs: [
      { sequence: 'k0 v1 k1 v2 k2 v3 => k1' },
      { sequence: 'k3 v0 k1 v1 k2 v2 => k3' },
      { sequence: '0 4 => 0' },
    ],
    options: { top: 10 },
    direct: (model) => likeliest(numbers(() => softmaxAt(own(model).logits(ids([0, 5, 1, 6, 2, 7, 8, 1])), 7, 10))),
    hidden: (model) => numbers(() => tf.mean(own(model).hidden(ids([0, 5, 1, 6, 2, 7, 8, 1])), 1)),
    given: guesses,
  },
  {
    name: 'fill-mask of characters',
    config: { model_type: 'orchid-masked-lm', ...tiny, vocab_size: letters.length + 3, max_position_embeddings: 16 },
    tokenizer: chars,
    inputs: [{ text: 'the c[MASK]t' }, { text: 'a d[MASK] is' }, { text: '[MASK][MASK] cats' }],
    options: { top: 27 },
    direct: (model, tokenizer) => {
      const row = [...tokenizer.encode('the c'), 2, ...tokenizer.encode('t')];
      return among(
        numbers(() => softmaxAt(own(model).logits(ids(row)), 5, letters.length + 3)),
        3,
      );
    },
    hidden: (model, tokenizer) =>
      numbers(() => tf.mean(own(model).hidden(ids([...tokenizer.encode('the c'), 2, ...tokenizer.encode('t')])), 1)),
    given: firstMask,
  },
  {
    name: 'fill-mask of DNA, both strands',
    config: { model_type: 'orchid-dna', ...tiny, max_position_embeddings: 16, reverse_complement: true },
    inputs: [{ text: 'ACG_ACGT' }, { text: 'tt_ttaan' }, { text: '_ACGTAC_' }],
    options: { mask: '_', top: 4 },
    direct: (model) => {
      const tokenizer = new CharTokenizer(DNA_LETTERS);
      const row = [...tokenizer.encode('ACG'), 2, ...tokenizer.encode('ACGT')];
      return among(
        numbers(() => softmaxAt(own(model).logits(ids(row)), 3, 8)),
        3,
      ).slice(0, 4);
    },
    hidden: (model) => {
      const tokenizer = new CharTokenizer(DNA_LETTERS);
      const row = [...tokenizer.encode('ACG'), 2, ...tokenizer.encode('ACGT')];
      return numbers(() => tf.mean(own(model).hidden(ids(row)), 1));
    },
    given: firstMask,
  },
  {
    name: 'fill-mask of BERT, between its special tokens',
    config: { model_type: 'bert', ...tiny, num_attention_heads: 2, vocab_size: 120, max_position_embeddings: 24 },
    tokenizer: words,
    inputs: [{ text: 'the cat [MASK]' }, { text: '[MASK] dog by' }, { text: 'the [MASK] mat' }],
    options: { top: 3 },
    direct: (model, tokenizer) => {
      const { specialTokens, vocabSize, specialIds } = tokenizer;
      const row = [specialTokens.cls!, ...tokenizer.encode('the cat'), specialTokens.mask!, specialTokens.sep!];
      const all = numbers(() => softmaxAt(own(model).logits(ids(row)), row.length - 2, 120));
      for (const id of specialIds) all[id] = 0;
      return among(all, 0, vocabSize).slice(0, 3);
    },
    hidden: (model, tokenizer) => {
      const { cls, mask, sep } = tokenizer.specialTokens;
      return numbers(() => tf.mean(own(model).hidden(ids([cls!, ...tokenizer.encode('the cat'), mask!, sep!])), 1));
    },
    given: firstMask,
  },
  {
    name: 'text-classification',
    config: {
      model_type: 'orchid-bert',
      ...bertKeys,
      head: 'sequence-classification',
      num_labels: 3,
      id2label: labels,
    },
    tokenizer: words,
    preprocessor: text,
    inputs: sentences,
    options: { top: 3 },
    direct: (model, tokenizer) =>
      likeliest(
        numbers(() => {
          const { ids: row, attentionMask } = padded(tokenizer);
          return softmaxAt(own(model).classify(row, { attentionMask }), 0, 3);
        }),
      ),
    hidden: (model, tokenizer) => numbers(() => maskedMean(model, tokenizer)),
    given: guesses,
  },
  {
    name: 'text-classification, a number',
    config: { model_type: 'orchid-bert', ...bertKeys, head: 'regression' },
    tokenizer: words,
    preprocessor: text,
    inputs: sentences,
    direct: (model, tokenizer) =>
      numbers(() => {
        const { ids: row, attentionMask } = padded(tokenizer);
        return own(model).classify(row, { attentionMask });
      }),
    hidden: (model, tokenizer) => numbers(() => maskedMean(model, tokenizer)),
    given: (answer) => [(answer as { value: number }).value],
  },
  ...(['mean', 'cls'] as const).map(
    (pooling): Case => ({
      name: `image-classification, pooling ${pooling}`,
      config: {
        model_type: 'orchid-vit',
        ...tiny,
        image_size: 8,
        patch_size: 4,
        num_channels: 1,
        mlp_blocks: 2,
        pooling,
        id2label: labels,
      },
      preprocessor: image,
      inputs: [1, 2, 3].map((seed) => ({ pixels: grey(seed), height: 8, width: 8, channels: 1 })),
      direct: (model) => likeliest(numbers(() => softmaxAt(own(model).classify(pixels(1)), 0, 3))),
      hidden: (model) =>
        numbers(() => {
          const hidden = own(model).hidden(pixels(1)) as tf.Tensor3D;
          const token = hidden.shape[1] - 4;
          expect(token).toBe(pooling === 'cls' ? 1 : 0);
          return tf.mean(tf.slice(hidden, [0, token, 0], [1, 4, 16]), 1);
        }),
      given: guesses,
    }),
  ),
  {
    name: 'image-classification by ViT',
    config: {
      model_type: 'vit',
      ...tiny,
      num_attention_heads: 2,
      image_size: 8,
      patch_size: 4,
      num_channels: 1,
      id2label: labels,
    },
    preprocessor: image,
    inputs: [1, 2, 3].map((seed) => ({ pixels: grey(seed), height: 8, width: 8, channels: 1 })),
    direct: (model) => likeliest(numbers(() => softmaxAt(own(model).classify(pixels(1)), 0, 3))),
    hidden: (model) => numbers(() => tf.mean(tf.slice(own(model).hidden(pixels(1)), [0, 1, 0], [1, 4, 16]), 1)),
    given: guesses,
  },
  {
    name: 'audio-classification',
    config: {
      model_type: 'orchid-audio',
      ...tiny,
      sampling_rate: 800,
      max_samples: 64,
      conv_dim: [8, 16],
      conv_kernel: [4, 4],
      conv_stride: [4, 2],
      mlp_blocks: 2,
      id2label: labels,
    },
    inputs: [1, 2, 3].map((seed) => ({ samples: waves(64, seed), sampleRate: 800 })),
    direct: (model) =>
      likeliest(numbers(() => softmaxAt(own(model).classify(tf.tensor2d(waves(64, 1), [1, 64])), 0, 3))),
    hidden: (model) => numbers(() => tf.mean(own(model).hidden(tf.tensor2d(waves(64, 1), [1, 64])), 1)),
    given: guesses,
  },
];

beforeAll(startEngine);

const nearly = (given: ArrayLike<number>, wanted: ArrayLike<number>) => {
  expect(given.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) expect(Math.abs(given[i]! - wanted[i]!)).toBeLessThan(1e-6);
};

describe.each(cases)('$name', (one) => {
  let model: Model;
  let pipeline: Any;
  let tokenizer: Tokenizer;
  let batch: Prepared[];

  beforeAll(async () => {
    model = createModel(one.config, { seed: 3 });
    tokenizer = (await one.tokenizer?.())!;
    const beside = { tokenizer: tokenizer ?? null, preprocessor: one.preprocessor ?? null };
    pipeline = createPipeline(model, beside) as unknown as Any;
    batch = one.inputs.map((input) => pipeline.prepare(input, one.options));
  });
  afterAll(() => pipeline.dispose());

  it('answers what the model says', async () => {
    const wanted = one.direct(model, tokenizer);
    const [answer] = await withoutLeak(() => pipeline.run([batch[0]!]));
    nearly(one.given(answer), wanted);
  });

  it('gives a batch the answers of batches of one, in order', async () => {
    expect(new Set(batch.map(({ bucket }) => bucket)).size).toBe(1);
    const together = await withoutLeak(() => pipeline.run(batch));
    expect(together).toHaveLength(batch.length);
    for (const [i, prepared] of batch.entries()) {
      const [alone] = await pipeline.run([prepared]);
      nearly(one.given(together[i]), one.given(alone));
    }
    expect(one.given(together[0])).not.toEqual(one.given(together[1]));
    expect(await pipeline.run([])).toEqual([]);
  });

  it('embeds: the mean of the hidden states, whatever the batch', async () => {
    const together = await withoutLeak(() => pipeline.embed(batch));
    expect(together.map(({ length }) => length)).toEqual(batch.map(() => 16));
    nearly(together[0]!, one.hidden(model, tokenizer));
    for (const [i, prepared] of batch.entries()) nearly(together[i]!, (await pipeline.embed([prepared]))[0]!);
    expect(await pipeline.embed([])).toEqual([]);
  });

  it('prepares what can be sent to a worker, and no tensor', async () => {
    await withoutLeak(() => pipeline.prepare(one.inputs[0], one.options));
    const sent = structuredClone(batch[0]!);
    expect(sent).toEqual(batch[0]);
    expect(await pipeline.run([sent])).toEqual(await pipeline.run([batch[0]!]));
    expect(JSON.parse(JSON.stringify(await pipeline.run([sent])))).toEqual(await pipeline.run([sent]));
  });

  it('refuses batches of several buckets, and of another task', async () => {
    const other = { ...batch[1]!, bucket: 'another' };
    const wrong = { ...batch[0]!, task: 'nothing' } as unknown as Prepared;
    for (const method of ['run', 'embed'] as const) {
      await withoutLeak(async () => {
        await expect(pipeline[method]([batch[0]!, other])).rejects.toThrow(/buckets .* and another; want one bucket/);
        await expect(pipeline[method]([wrong])).rejects.toThrow(`an input is for nothing; this pipeline is for`);
      });
    }
  });

  it('names what is no input, and what is no count of guesses', () => {
    for (const input of [null, undefined, 3, 'text', []]) {
      expect(() => pipeline.prepare(input)).toThrow(/^input is .*; want an object$/);
    }
    for (const top of [0, -1, 1.5, Number.NaN, '3', null]) {
      expect(() => pipeline.prepare(one.inputs[0], { ...one.options, top })).toThrow(
        /^top is .*; want an integer of at least 1$/,
      );
    }
  });
});

describe('weights that are damaged', () => {
  it('are said to be, rather than answered with', async () => {
    const model = createModel({ model_type: 'orchid-recall', ...tiny, vocab_size: 10, max_position_embeddings: 8 });
    const pipeline = createPipeline(model, { tokenizer: null, preprocessor: null }) as unknown as Any;
    for (const { variable } of model.namedParameters().values()) {
      const nothing = tf.fill(variable.shape, Number.NaN);
      variable.assign(nothing);
      nothing.dispose();
    }
    await withoutLeak(() =>
      expect(pipeline.run([pipeline.prepare({ sequence: 'k0 v1 => k0' })])).rejects.toThrow(/scores are not numbers/),
    );
    pipeline.dispose();
  });
});
