// Recomputation is a matter of memory alone: same logits, same gradients, for every kind of model and either way back.
import { heapUse, resetHeapPeak } from '@orchid-ml/backends';
import { variableGradients } from '@orchid-ml/backends/autodiff';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { type ConfigInputOf, createModel, type LogitsOptions, type SequenceModel } from '../index.ts';

type Input = ConfigInputOf<'orchid-recall' | 'orchid-masked-lm'>;

const small = { hidden_size: 8, max_position_embeddings: 12, filter_order: 6, num_hidden_layers: 2 } as const;
const recall: Input = { model_type: 'orchid-recall', vocab_size: 10, ...small };
const masked: Input = { model_type: 'orchid-masked-lm', vocab_size: 11, ...small };
const variants: [string, Input, LogitsOptions][] = [
  ['recall', recall, { positions: 'last' }],
  ['recall, dft, no residual', { ...recall, transform: 'dft', fft_norm: 'ortho', residual_long_conv: false }, {}],
  ['masked lm, tied, positions', { ...masked, position_embedding_type: 'absolute' }, {}],
  ['masked lm, attention', { ...masked, mixer: 'attention' }, {}],
  ['masked lm, type II in time', { ...masked, conditioning: 'II', transform: 'dft', kernel_domain: 'time' }, {}],
];

function ids(batch: number, length: number, vocab: number): tf.Tensor2D {
  const values = Int32Array.from({ length: batch * length }, (_, i) => (i * 7 + 3) % vocab);
  return tf.tensor2d(values, [batch, length], 'int32');
}

const loss = (model: SequenceModel, x: tf.Tensor2D, options: LogitsOptions) =>
  tf.tidy(() => tf.mean(tf.square(model.logits(x, options)))) as tf.Scalar;

describe.each(BACKENDS)('recompute on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each(variants)('%s', async (_, config, options) => {
    await withoutLeak(async () => {
      const model = createModel(config, { seed: 3 });
      const x = ids(2, 11, config.vocab_size);
      const variables = model.trainableVariables();
      const numbers = async (gradients: typeof tf.variableGrads, recompute: boolean) => {
        const { value, grads } = await withoutGrowth(() =>
          gradients(() => loss(model, x, { ...options, recompute }), variables),
        );
        const all = [value, ...variables.map(({ name }) => grads[name]!)];
        const values = await Promise.all(all.map((tensor) => tensor.data()));
        tf.dispose(all);
        return values;
      };
      const wanted = await numbers(tf.variableGrads, false);
      const ours = variableGradients as typeof tf.variableGrads;
      for (const [gradients, recompute] of [
        [ours, false],
        [ours, true],
        [tf.variableGrads, true],
      ] as const) {
        const values = await numbers(gradients, recompute);
        for (const [i, want] of wanted.entries()) {
          const largest = Math.max(1e-6, ...Array.from(want, Math.abs));
          const worst = Math.max(...Array.from(want, (value, j) => Math.abs(value - values[i]![j]!)));
          expect(worst / largest, `tensor ${i}, recompute ${recompute}`).toBeLessThan(2e-6);
        }
      }
      x.dispose();
      model.dispose();
    });
  });
});

/** What `work` makes is what it returns. */
async function withoutGrowth<T extends { value: tf.Tensor; grads: object }>(work: () => T): Promise<T> {
  const before = tf.memory().numTensors;
  const result = work();
  expect(tf.memory().numTensors).toBe(before + 1 + Object.keys(result.grads).length);
  return result;
}

it('takes a fraction of the memory, and little more for every further layer', async () => {
  await use('wasm');
  const peak = (layers: number, recompute: boolean) => {
    const config = { ...masked, max_position_embeddings: 512, num_hidden_layers: layers } as Input;
    const model = createModel(config, { seed: 3 });
    const x = ids(4, 512, 11);
    const step = () => {
      const { value, grads } = variableGradients(() => loss(model, x, { recompute }), model.trainableVariables());
      tf.dispose([value, grads]);
    };
    step();
    const { used } = heapUse()!;
    resetHeapPeak();
    step();
    const bytes = heapUse()!.peak - used;
    x.dispose();
    model.dispose();
    return bytes;
  };
  const unit = 4 * 512 * 8 * 4;
  expect(peak(4, true)).toBeLessThan(0.5 * peak(4, false));
  // A layer keeps the inputs of its two halves, and the forward pass holds its output.
  expect((peak(8, true) - peak(4, true)) / 4).toBeLessThan(4 * unit);
});
