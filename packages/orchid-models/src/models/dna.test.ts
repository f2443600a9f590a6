// Reverse-complement equivariance: exact in the scores, for every way of asking for them, and kept in training.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { complementMap, createModel, parseConfig } from '../index.ts';

const [length, vocab] = [11, 8];
// [PAD] [UNK] [MASK] A C G T N
const complements = [0, 1, 2, 6, 5, 4, 3, 7];
const config = {
  model_type: 'orchid-dna',
  hidden_size: 8,
  max_position_embeddings: length,
  filter_order: 4,
  num_hidden_layers: 2,
  position_embedding_type: 'absolute',
  reverse_complement: true,
} as const;

const sequences = [
  Array.from({ length }, (_, i) => 2 + ((i * 5 + 1) % 6)),
  Array.from({ length }, (_, i) => 3 + (i % 4)),
];
const turned = sequences.map((ids) => ids.map((id) => complements[id]!).reverse());
const ids = (rows: number[][]) => tf.tensor2d(rows, [rows.length, length], 'int32');

/** [B, L, V] turned round, columns exchanged. */
const reverseComplement = (scores: number[][][]) =>
  scores.map((rows) => rows.map((row) => row.map((_, id) => row[complements[id]!]!)).reverse());

function distance(a: unknown[], b: unknown[]): number {
  const [p, q] = [a, b].map((values) => values.flat(Infinity) as number[]);
  expect(p!.length).toBe(q!.length);
  return Math.max(...p!.map((value, i) => Math.abs(value - q![i]!)));
}

describe.each(BACKENDS)('DNA on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each(['orchid', 'attention', 'hyena'] as const)('both strands are read alike: %s', async (mixer) => {
    await withoutLeak(async () => {
      const model = createModel({ ...config, mixer }, { seed: 1 });
      const [x, other] = [ids(sequences), ids(turned)];
      const scores = (x: tf.Tensor2D) => tf.tidy(() => model.logits(x).arraySync()) as number[][][];
      const wanted = scores(x);
      expect(distance(scores(other), reverseComplement(wanted))).toBeLessThan(1e-6);
      // Without the option they are not.
      const plain = createModel({ ...config, mixer, reverse_complement: false }, { seed: 1 });
      const own = tf.tidy(() => plain.logits(x).arraySync()) as number[][][];
      const others = tf.tidy(() => plain.logits(other).arraySync()) as number[][][];
      expect(distance(others, reverseComplement(own))).toBeGreaterThan(1e-2);
      // The mean of the two is what the option gives.
      const back = reverseComplement(others);
      const mean = own.map((rows, b) => rows.map((row, t) => row.map((value, v) => (value + back[b]![t]![v]!) / 2)));
      expect(distance(wanted, mean)).toBeLessThan(1e-6);
      // Asked for alone, positions get the same scores.
      const last = tf.tidy(() => model.logits(x, { positions: 'last' }).arraySync()) as number[][];
      expect(
        distance(
          last,
          wanted.map((rows) => rows.at(-1)!),
        ),
      ).toBeLessThan(1e-6);
      const at = tf.tensor1d([3, 0, length + 7, 2 * length - 1], 'int32');
      const chosen = tf.tidy(() => model.logits(x, { at }).arraySync()) as number[][];
      expect(distance(chosen, [wanted[0]![3]!, wanted[0]![0]!, wanted[1]![7]!, wanted[1]![length - 1]!])).toBeLessThan(
        1e-6,
      );
      tf.dispose([x, other, at]);
      model.dispose();
      plain.dispose();
    });
  });

  it.each([false, true])('gradients of both strands are the same, recompute %s', async (recompute) => {
    await withoutLeak(async () => {
      const model = createModel(config, { seed: 1 });
      const [x, other] = [ids(sequences), ids(turned)];
      const gradients = (x: tf.Tensor2D) =>
        // A function of the scores that does not see which strand it is: symmetric in positions and in complements.
        tf.variableGrads(
          () => tf.mean(tf.square(model.logits(x, { recompute }))) as tf.Scalar,
          model.trainableVariables(),
        );
      const [a, b] = [gradients(x), gradients(other)];
      for (const [name, { variable }] of model.namedParameters()) {
        const [p, q] = [await a.grads[variable.name]!.data(), await b.grads[variable.name]!.data()];
        const largest = Math.max(...Array.from(p, Math.abs));
        expect(largest, name).toBeGreaterThan(0);
        const worst = Math.max(...Array.from(p, (value, i) => Math.abs(value - q[i]!)));
        expect(worst, name).toBeLessThan(1e-5 * Math.max(largest, 1e-3));
      }
      tf.dispose([x, other, a.value, a.grads, b.value, b.grads]);
      model.dispose();
    });
  });
});

describe('DNA', () => {
  beforeAll(() => use('cpu'));

  it('complements of a vocabulary', () => {
    expect(complementMap(['[PAD]', '[UNK]', '[MASK]', 'A', 'C', 'G', 'T', 'N'])).toEqual({ 3: 6, 4: 5, 5: 4, 6: 3 });
    expect(complementMap(['a', 'c', 'g', 't'])).toEqual({ 0: 3, 1: 2, 2: 1, 3: 0 });
    expect(complementMap(['A', 'U', 'C', 'G', '[UNK]'])).toEqual({ 0: 1, 1: 0, 2: 3, 3: 2 });
    // Words of bases are turned round, as a strand is; some are their own.
    expect(complementMap(['AC', 'GT', 'AT', '[MASK]'])).toEqual({ 0: 1, 1: 0 });
    expect(complementMap(['R', 'Y', 'S', 'N'])).toEqual({ 0: 1, 1: 0 });
    expect(() => complementMap(['A', 'C', 'G'])).toThrow('the complement of "A" is "T", which is no token');
  });

  it.each([
    [{ vocab_size: 12 }, 'reverse_complement is true and vocab_size is 12, whose complements are not known'],
    [{ complement_map: { 3: 9 } }, 'complement_map has "3": 9; want ids from 0 to 7'],
    [{ complement_map: { A: 3 } }, 'complement_map has "A": 3'],
    [{ complement_map: { 3: 6 } }, 'complement_map has 3: 6, but the complement of 6 is 6; want 3'],
    [{ transform: 'dct', kernel_domain: 'time' } as const, 'kernel_domain is "time"'],
  ])('refuses %o', (keys, message) => {
    expect(() => parseConfig({ ...config, ...keys })).toThrow(message);
  });

  it('the configuration is complete, and passes unchanged', () => {
    const complete = parseConfig(config);
    expect(complete).toMatchObject({
      vocab_size: vocab,
      complement_map: { 3: 6, 4: 5, 5: 4, 6: 3 },
      intermediate_size: 32,
    });
    expect(parseConfig(JSON.parse(JSON.stringify(complete)))).toEqual(complete);
  });

  it('refuses what its kind refuses', () => {
    const model = createModel(config);
    expect(() => tf.tidy(() => model.logits(tf.zeros([1, 4])))).toThrow('DnaMaskedLanguageModel: ids are float32');
    expect(() => tf.tidy(() => model.logits(tf.zeros([1, 12], 'int32')))).toThrow('the sequence has 12 positions');
    expect(() =>
      tf.tidy(() => model.logits(tf.zeros([1, 4], 'int32'), { positions: 'last', at: tf.tensor1d([0], 'int32') })),
    ).toThrow("'at' and positions 'last' exclude each other");
    model.dispose();
  });
});
