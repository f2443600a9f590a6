// Orchid-ViT and the classifier of waveforms: sizes, shapes, gradients, what they refuse, and that they learn.
import { variableGradients } from '@orchid-ml/backends/autodiff';
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import {
  type ClassifyOptions,
  type ConfigInputOf,
  createModel,
  loadStateDict,
  type OrchidAudio,
  type OrchidVit,
  parameterCount,
  parseConfig,
  stateDict,
} from '../index.ts';
import { construct } from './create.ts';

type Kind = 'orchid-vit' | 'orchid-audio';

const small = { hidden_size: 8, num_hidden_layers: 2, filter_order: 6, num_labels: 3 } as const;
const image: ConfigInputOf<'orchid-vit'> = {
  model_type: 'orchid-vit',
  image_size: [8, 12],
  patch_size: 4,
  num_channels: 2,
  ...small,
};
const sound: ConfigInputOf<'orchid-audio'> = {
  model_type: 'orchid-audio',
  max_samples: 40,
  conv_dim: [4, 6],
  conv_kernel: [6, 3],
  conv_stride: [4, 2],
  ...small,
};
const everySample = { conv_dim: [], conv_kernel: [], conv_stride: [] };

const variants: [string, ConfigInputOf<Kind>][] = [
  ['images', image],
  ['images, class token, dft, no residual', { ...image, pooling: 'cls', transform: 'dft', residual_long_conv: false }],
  ['images, no positions, dense MLP', { ...image, position_embedding_type: 'none', mlp_blocks: 1 }],
  ['images, attention', { ...image, mixer: 'attention' }],
  ['images, linformer, class token', { ...image, mixer: 'linformer', linformer_k: 3, pooling: 'cls' }],
  ['pixels', { ...image, image_size: 4, patch_size: 1 }],
  ['sounds', sound],
  ['sounds, class token, type II', { ...sound, pooling: 'cls', conditioning: 'II' }],
  ['sounds, every sample a position', { ...sound, ...everySample, mixer: 'hyena' }],
];

/** Inputs of the sizes that the configuration says. */
function inputs(config: ConfigInputOf<Kind>, batch: number): tf.Tensor {
  const shape =
    config.model_type === 'orchid-vit'
      ? [...(typeof config.image_size === 'number' ? [config.image_size, config.image_size] : config.image_size!), 2]
      : [config.max_samples!];
  return tf.randomNormal([batch, ...shape], 0, 1, 'float32', 5);
}

function classify(model: OrchidVit | OrchidAudio, x: tf.Tensor, options?: ClassifyOptions): tf.Tensor2D {
  return model.kind === 'orchid-vit'
    ? (model as OrchidVit).classify(x as tf.Tensor4D, options)
    : (model as OrchidAudio).classify(x as tf.Tensor2D, options);
}

describe.each(BACKENDS)('classifiers of signals on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each(variants)('%s: scores, a gradient for every parameter, nothing left behind', async (_, config) => {
    await withoutLeak(async () => {
      const model = createModel(config, { seed: 3 });
      const x = inputs(config, 2);
      const before = tf.memory().numTensors;
      const scores = classify(model, x);
      expect(scores.shape).toEqual([2, 3]);
      const { value, grads } = variableGradients(
        () => tf.tidy(() => tf.mean(tf.square(classify(model, x)))) as tf.Scalar,
        model.trainableVariables(),
      );
      for (const [name, { variable }] of model.namedParameters()) {
        const values = await grads[variable.name]!.data();
        expect(values.every(Number.isFinite), name).toBe(true);
        expect(
          values.some((each) => each !== 0),
          name,
        ).toBe(true);
      }
      tf.dispose([scores, value, grads]);
      expect(tf.memory().numTensors).toBe(before);
      x.dispose();
      model.dispose();
    });
  });

  it.each([
    ['images', image, 6],
    ['images, class token', { ...image, pooling: 'cls' }, 7],
    ['sounds', sound, 5],
    ['sounds, class token', { ...sound, pooling: 'cls' }, 6],
  ] as [string, ConfigInputOf<Kind>, number][])(
    '%s: scores are the head of the hidden states',
    async (_, config, length) => {
      const model = createModel(config, { seed: 3 });
      const x = inputs(config, 2);
      await withoutLeak(async () => {
        const hidden = tf.tidy(() =>
          model.kind === 'orchid-vit'
            ? (model as OrchidVit).hidden(x as tf.Tensor4D)
            : (model as OrchidAudio).hidden(x as tf.Tensor2D),
        );
        expect(hidden.shape).toEqual([2, length, 8]);
        const scores = classify(model, x);
        const parameters = model.namedParameters();
        const scored = tf.tidy(() => {
          const taken = config.pooling === 'cls' ? tf.slice(hidden, [0, 0, 0], [2, 1, 8]) : hidden;
          const [weight, bias] = ['head.weight', 'head.bias'].map((name) => parameters.get(name)!.variable);
          return tf.add(tf.matMul(tf.mean(taken, 1) as tf.Tensor2D, weight as tf.Tensor2D, false, true), bias!);
        });
        const wanted = await scores.data();
        (await scored.data()).forEach((score, i) => void expect(score).toBeCloseTo(wanted[i]!, 5));
        tf.dispose([hidden, scores, scored]);
      });
      x.dispose();
      model.dispose();
    },
  );

  it.each([
    ['images', { ...image, hidden_dropout_prob: 0.3 }],
    ['sounds', sound],
  ] as [string, ConfigInputOf<Kind>][])('%s: recomputation changes no value', async (_, config) => {
    await withoutLeak(async () => {
      const model = createModel(config, { seed: 3 });
      const x = inputs(config, 2);
      const gradients = (recompute: boolean) =>
        variableGradients(
          () => tf.tidy(() => tf.mean(tf.square(classify(model, x, { recompute, dropoutSeed: 4 })))) as tf.Scalar,
          model.trainableVariables(),
        );
      const [a, b] = [gradients(false), gradients(true)];
      for (const { name } of model.trainableVariables()) {
        const [p, q] = [await a.grads[name]!.data(), await b.grads[name]!.data()];
        const largest = Math.max(1e-6, ...Array.from(p, Math.abs));
        expect(Math.max(...Array.from(p, (value, i) => Math.abs(value - q[i]!))) / largest, name).toBeLessThan(2e-6);
      }
      tf.dispose([a.value, a.grads, b.value, b.grads, x]);
      model.dispose();
    });
  });
});

it.each(variants)('%s: along its gradient the loss changes as the gradient says', async (_, config) => {
  await use('cpu');
  await withoutLeak(async () => {
    const model = createModel(config, { seed: 3 });
    const x = inputs(config, 2);
    const loss = () => tf.tidy(() => tf.mean(tf.square(classify(model, x)))) as tf.Scalar;
    const variables = model.trainableVariables();
    const { value, grads } = variableGradients(loss, variables);
    const squares = tf.tidy(() => tf.addN(variables.map(({ name }) => tf.sum(tf.square(grads[name]!)))).dataSync()[0]!);
    const first = variables.map((variable) => tf.clone(variable));
    const moved = (by: number) => {
      for (const [i, variable] of variables.entries()) {
        tf.tidy(() => variable.assign(tf.add(first[i]!, tf.mul(grads[variable.name]!, by))));
      }
      return tf.tidy(() => loss().dataSync()[0]!);
    };
    const slope = (length: number) => {
      const step = length / Math.sqrt(squares);
      return (moved(step) - moved(-step)) / (2 * step) / squares;
    };
    // The sines of the static kernels bend the loss: from two steps follows what a step of nothing would give.
    expect((4 * slope(5e-4) - slope(1e-3)) / 3).toBeCloseTo(1, 2);
    tf.dispose(first);
    tf.dispose([x, value, grads]);
    model.dispose();
  });
});

it.each(variants)('%s: wasm computes what cpu computes', async (_, config) => {
  const results: number[][] = [];
  for (const backend of ['cpu', 'wasm'] as const) {
    await use(backend);
    const model = createModel(config, { seed: 3 });
    const x = inputs(config, 3);
    const scores = classify(model, x);
    results.push([...(await scores.data())]);
    tf.dispose([x, scores]);
    model.dispose();
  }
  const [cpu, wasm] = results as [number[], number[]];
  const largest = Math.max(...cpu.map(Math.abs));
  expect(Math.max(...cpu.map((value, i) => Math.abs(value - wasm[i]!))) / largest).toBeLessThan(2e-5);
});

describe('sizes', () => {
  beforeAll(() => use('cpu'));
  const count = (config: ConfigInputOf<Kind>) => {
    // Only counted: no first values are drawn.
    const model = construct(parseConfig(config), Rng.blank());
    const parameters = parameterCount(model);
    model.dispose();
    return parameters;
  };
  const cifar: ConfigInputOf<'orchid-vit'> = {
    model_type: 'orchid-vit',
    image_size: 32,
    hidden_size: 128,
    num_hidden_layers: 6,
    num_labels: 10,
    residual_long_conv: false,
  };

  it('of CIFAR-10 is that of the paper, about 735 thousand', () => {
    expect(count({ ...cifar, patch_size: 4 })).toBe(738_698);
    expect(count({ ...cifar, patch_size: 2 })).toBe(764_426);
    expect(count({ ...cifar, patch_size: 1, position_embedding_type: 'none' })).toBe(753_546);
  });

  it('of ImageNet is that of the paper, 48 million', () => {
    const base = { hidden_size: 768, num_hidden_layers: 12, filter_order: 128, num_labels: 1000 };
    expect(count({ model_type: 'orchid-vit', ...base })).toBe(47_535_304);
  });

  it('a shorter waveform is classified too', () => {
    const model = createModel(sound);
    expect(tf.tidy(() => model.classify(tf.ones([2, 17])).shape)).toEqual([2, 3]);
    model.dispose();
  });

  it('a state dict carries the model', async () => {
    const [from, to] = [createModel(image, { seed: 5 }), createModel(image, { seed: 6 })];
    loadStateDict(to, await stateDict(from));
    const x = inputs(image, 2) as tf.Tensor4D;
    const [p, q] = [from.classify(x), to.classify(x)];
    expect(await q.data()).toEqual(await p.data());
    tf.dispose([x, p, q]);
    from.dispose();
    to.dispose();
  });
});

describe('what they refuse', () => {
  beforeAll(() => use('cpu'));

  it.each<[ConfigInputOf<Kind>, string]>([
    [{ ...image, patch_size: 5 }, 'patch_size is 5 and image_size is 8 x 12; want a divisor'],
    [{ ...image, hidden_size: 6 }, 'mlp_blocks is 4 and hidden_size is 6; want a divisor of it'],
    [{ ...image, intermediate_size: 30 }, 'mlp_blocks is 4 and intermediate_size is 30'],
    [{ ...image, mixer: 'attention', num_attention_heads: 3 }, 'num_attention_heads is 3 and hidden_size is 8'],
    [{ ...image, pooling: 'max' as never }, 'pooling is "max"; want "mean" or "cls"'],
    [{ ...image, id2label: { 0: 'a' } }, 'id2label has 1 labels and num_labels is 3; want as many'],
    [{ ...image, vocab_size: 3 } as never, 'vocab_size is not a key of orchid-vit'],
    [{ ...sound, conv_dim: [4] }, 'conv_dim, conv_kernel and conv_stride have 1, 2 and 2 values; want as many'],
    [{ ...sound, conv_stride: [4, 0] }, 'conv_stride.1'],
  ])('%o', (config, message) => {
    expect(() => parseConfig(config)).toThrow(message);
  });

  it('names what it got', () => {
    const [images, sounds] = [createModel(image), createModel(sound)];
    expect(() => tf.tidy(() => images.classify(tf.zeros([2, 12, 8, 2])))).toThrow(
      'pixels are float32 of shape [2,12,8,2]',
    );
    const given =
      (shape: number[], dtype: tf.DataType = 'float32') =>
      () =>
        tf.tidy(() => sounds.classify(tf.zeros<tf.Rank>(shape, dtype) as tf.Tensor2D));
    expect(given([2, 41])).toThrow('OrchidAudio: the waves have 41 samples; max_samples allows 1 to 40');
    expect(given([2, 0])).toThrow('the waves have 0 samples');
    expect(given([2, 4, 1])).toThrow('the waves are float32 of shape [2,4,1], want float32 of [batch, samples]');
    expect(given([2, 4], 'int32')).toThrow('the waves are int32');
    images.dispose();
    sounds.dispose();
  });
});

describe('learning', () => {
  beforeAll(() => use('wasm'));
  const body = { hidden_size: 16, num_hidden_layers: 1, filter_order: 8, num_labels: 2 } as const;

  /** Trains on fresh examples; accuracy on others. */
  async function accuracyAfter(
    config: ConfigInputOf<Kind>,
    steps: number,
    example: (label: number, rng: Rng) => number[],
    shape: number[],
  ): Promise<number> {
    const model = createModel(config, { seed: 1 });
    const rng = new Rng(2);
    const optimizer = tf.train.adam(0.005);
    const batch = (size: number) => {
      const labels = Array.from({ length: size }, () => rng.next() % 2);
      const x = tf.tensor(Float32Array.from(labels.flatMap((label) => example(label, rng))), [size, ...shape]);
      return { labels, x };
    };
    for (let step = 0; step < steps; step++) {
      const { labels, x } = batch(16);
      const onehot = tf.oneHot(tf.tensor1d(labels, 'int32'), 2);
      optimizer.minimize(() => tf.losses.softmaxCrossEntropy(onehot, classify(model, x)) as tf.Scalar);
      tf.dispose([x, onehot]);
    }
    const { labels, x } = batch(200);
    const scores = classify(model, x);
    const found = (await scores.array()).map(([a, b]) => (b! > a! ? 1 : 0));
    tf.dispose([x, scores]);
    optimizer.dispose();
    model.dispose();
    return labels.filter((label, i) => label === found[i]).length / labels.length;
  }

  it('tells stripes from columns in noise', async () => {
    const stripes = (label: number, rng: Rng) => {
      const phase = rng.next() % 4;
      return Array.from({ length: 144 }, (_, i) => {
        const along = label ? i % 12 : Math.floor(i / 12);
        return ((along + phase) % 4 < 2 ? 1 : -1) + rng.normal(0, 1);
      });
    };
    const config = { model_type: 'orchid-vit', image_size: 12, patch_size: 4, num_channels: 1, ...body } as const;
    expect(await accuracyAfter(config, 60, stripes, [12, 12, 1])).toBeGreaterThan(0.95);
  });

  it('tells two tones in noise, from the waveform', async () => {
    const tone = (label: number, rng: Rng) => {
      const phase = rng.uniform(0, 2 * Math.PI);
      const frequency = label ? 0.31 : 0.23;
      return Array.from({ length: 512 }, (_, t) => Math.sin(frequency * t + phase) + rng.normal(0, 0.5));
    };
    const stem = { conv_dim: [16], conv_kernel: [32], conv_stride: [16] };
    const config = { model_type: 'orchid-audio', max_samples: 512, ...stem, ...body } as const;
    expect(await accuracyAfter(config, 120, tone, [512])).toBeGreaterThan(0.95);
  });
});
