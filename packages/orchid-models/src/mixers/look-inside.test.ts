// What a look inside shows is what the mixer computed: put together again by the public operator, it gives the same output.
import { ddConv, Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { createModel } from '../models/create.ts';
import { type Looked, lookInside } from './look-inside.ts';
import { OrchidMixer } from './orchid.ts';

const small = {
  model_type: 'orchid-recall',
  vocab_size: 8,
  hidden_size: 6,
  num_hidden_layers: 2,
  intermediate_size: 8,
  max_position_embeddings: 10,
  filter_order: 4,
} as const;

describe.each(BACKENDS)('lookInside on %s', (engine) => {
  beforeAll(() => use(engine));

  it.each([
    { transform: 'dft', norm: 'ortho', conditioning: 'I' },
    { transform: 'dft', norm: 'forward', conditioning: 'II', kernelDomain: 'time' },
    { transform: 'dct', conditioning: 'I' },
    { transform: 'dct', conditioning: 'II', masked: true },
  ] as const)('shows what the output is made of: %o', ({ masked = false, ...options }) =>
    withoutLeak(async () => {
      const mixer = new OrchidMixer({ width: 5, lMax: 12, ...options }, new Rng(3));
      const x = tf.randomNormal<tf.Rank.R3>([2, 12, 5], 0, 1, 'float32', 7);
      const mask = masked
        ? tf.tensor2d(
            [...Array(24).keys()].map((i) => (i % 12 < 9 ? 1 : 0)),
            [2, 12],
          )
        : null;
      const plain = mixer.forward(x, { mask });
      const looked = lookInside(() => mixer.forward(x, { mask }));
      expect([...(await looked.value.data())]).toEqual([...(await plain.data())]);
      expect(looked.mixers).toHaveLength(1);
      const { staticKernel, spectrum, skip, inputGate, value, outputGate, output, ...settings } = looked.mixers[0]!;
      const again = tf.tidy(() =>
        tf.mul(outputGate, ddConv(tf.mul(inputGate, value), { kernel: staticKernel, spectrum, skip, ...settings })),
      );
      const difference = tf.tidy(() => tf.max(tf.abs(tf.sub(again, output))));
      expect((await difference.data())[0]).toBeLessThan(1e-5);
      expect((await output.data()).some((y) => Math.abs(y) > 1e-3)).toBe(true);
      looked.dispose();
      tf.dispose([x, plain, again, difference, ...(mask ? [mask] : [])]);
      mixer.dispose();
    }),
  );

  it('shows the mixers of a model in the order of its blocks, also from within a tidy', () =>
    withoutLeak(async () => {
      const model = createModel(small, { seed: 1 });
      const ids = tf.tensor2d([[0, 3, 1, 4, 6, 0]], [1, 6], 'int32');
      let looked!: Looked<tf.Tensor>;
      tf.tidy(() => {
        looked = lookInside(() => model.logits(ids, { positions: 'last' }));
      });
      expect(looked.value.shape).toEqual([1, 8]);
      expect(looked.mixers.map(({ output }) => output.shape)).toEqual([
        [1, 6, 6],
        [1, 6, 6],
      ]);
      const [first, second] = await Promise.all(looked.mixers.map(({ output }) => output.data()));
      expect([...first!]).not.toEqual([...second!]);
      looked.dispose();
      tf.dispose(ids);
      model.dispose();
    }));

  it('leaves nothing behind when the work throws, and nobody looks on any more', () =>
    withoutLeak(() => {
      const model = createModel(small, { seed: 1 });
      const ids = tf.tensor2d([[0, 3]], [1, 2], 'int32');
      const work = () => {
        model.logits(ids);
        throw new Error('after a forward pass');
      };
      expect(() => lookInside(work)).toThrow('after a forward pass');
      tf.dispose(model.logits(ids));
      tf.dispose(ids);
      model.dispose();
    }));

  it('sees nothing of other mixers', () =>
    withoutLeak(() => {
      const model = createModel({ ...small, mixer: 'attention' });
      const ids = tf.tensor2d([[0, 3]], [1, 2], 'int32');
      const looked = lookInside(() => model.logits(ids));
      expect(looked.mixers).toEqual([]);
      looked.dispose();
      tf.dispose(ids);
      model.dispose();
    }));
});
