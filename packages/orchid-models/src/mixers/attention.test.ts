// Attention against the formula itself in float64, its gradients against differences of that formula.
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { AttentionMixer } from './attention.ts';

type Values = ArrayLike<number>;
interface Weights {
  readonly inWeight: Values;
  readonly inBias: Values;
  readonly outWeight: Values;
  readonly outBias: Values;
}

/** rows of x·Wᵀ + b; x [rows, inner], W [outputs, inner] */
function project(x: Values, weight: Values, bias: Values, inner: number): Float64Array {
  const outputs = bias.length;
  return Float64Array.from({ length: (x.length / inner) * outputs }, (_, i) => {
    const [row, out] = [Math.floor(i / outputs), i % outputs];
    let sum = bias[out]!;
    for (let c = 0; c < inner; c++) sum += x[row * inner + c]! * weight[out * inner + c]!;
    return sum;
  });
}

/** Attention as it is written down, sum by sum. */
function plainAttention(
  x: Values,
  { inWeight, inBias, outWeight, outBias }: Weights,
  L: number,
  D: number,
  heads: number,
) {
  const p = project(x, inWeight, inBias, D);
  const d = D / heads;
  const y = new Float64Array(x.length);
  for (let b = 0; b < x.length / (L * D); b++) {
    const at = (t: number, third: number, c: number) => p[(b * L + t) * 3 * D + third * D + c]!;
    for (let h = 0; h < heads; h++) {
      for (let t = 0; t < L; t++) {
        const scores = Array.from({ length: L }, (_, s) => {
          let dot = 0;
          for (let c = h * d; c < (h + 1) * d; c++) dot += at(t, 0, c) * at(s, 1, c);
          return Math.exp(dot / Math.sqrt(d));
        });
        const sum = scores.reduce((a, e) => a + e);
        for (let c = h * d; c < (h + 1) * d; c++) {
          y[(b * L + t) * D + c] = scores.reduce((a, e, s) => a + (e / sum) * at(s, 2, c), 0);
        }
      }
    }
  }
  return project(y, outWeight, outBias, D);
}

const noise = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + seed));

async function weightsOf(mixer: AttentionMixer): Promise<Weights> {
  const names = ['in_linear.weight', 'in_linear.bias', 'out_linear.weight', 'out_linear.bias'];
  const parameters = mixer.namedParameters();
  expect([...parameters.keys()]).toEqual(names);
  const [inWeight, inBias, outWeight, outBias] = await Promise.all(
    names.map(async (name) => Float64Array.from(await parameters.get(name)!.value.data())),
  );
  return { inWeight: inWeight!, inBias: inBias!, outWeight: outWeight!, outBias: outBias! };
}

describe.each(BACKENDS)('AttentionMixer on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each([
    [1, 1, 2, 1],
    [2, 5, 6, 3],
    [3, 9, 8, 2],
    [2, 4, 4, 4],
  ])('is the formula: B %i, L %i, D %i, %i heads', async (B, L, D, heads) => {
    await withoutLeak(async () => {
      const mixer = new AttentionMixer({ width: D, heads }, new Rng(1));
      const x = tf.tensor3d(noise(B * L * D, 2), [B, L, D]);
      const want = plainAttention(await x.data(), await weightsOf(mixer), L, D, heads);
      const [all, last] = [mixer.forward(x), mixer.forward(x, { positions: 'last' })];
      expect([all.shape, last.shape]).toEqual([
        [B, L, D],
        [B, 1, D],
      ]);
      const [values, ends] = [await all.data(), await last.data()];
      values.forEach((value, i) => void expect(value).toBeCloseTo(want[i]!, 5));
      ends.forEach((value, i) => {
        const [b, c] = [Math.floor(i / D), i % D];
        expect(value).toBeCloseTo(want[(b * L + L - 1) * D + c]!, 5);
      });
      tf.dispose([x, all, last]);
      mixer.dispose();
    });
  });

  it.each(['all', 'last'] as const)('has the gradients of the formula, positions %s', async (positions) => {
    const [B, L, D, heads] = [2, 4, 4, 2];
    await withoutLeak(async () => {
      const mixer = new AttentionMixer({ width: D, heads }, new Rng(3));
      const x = tf.tensor3d(noise(B * L * D, 4), [B, L, D]);
      const outputs = positions === 'all' ? B * L * D : B * D;
      const dy = tf.tensor3d(noise(outputs, 5), [B, outputs / (B * D), D]);
      const wholeDy = new Float64Array(B * L * D);
      (await dy.data()).forEach((value, i) => {
        const [b, rest] = [Math.floor(i / (outputs / B)), i % (outputs / B)];
        wholeDy[b * L * D + (positions === 'all' ? rest : (L - 1) * D + rest)] = value;
      });
      const given = { x: Float64Array.from(await x.data()), ...(await weightsOf(mixer)) };
      const loss = () => plainAttention(given.x, given, L, D, heads).reduce((sum, y, i) => sum + y * wholeDy[i]!, 0);
      const slopes = (values: Float64Array) =>
        Float64Array.from(values, (value, i) => {
          values[i] = value + 1e-5;
          const up = loss();
          values[i] = value - 1e-5;
          const down = loss();
          values[i] = value;
          return (up - down) / 2e-5;
        });

      const run = () => tf.sum(tf.mul(mixer.forward(x, { positions }), dy)) as tf.Scalar;
      const { value, grads } = tf.variableGrads(run, mixer.trainableVariables());
      const dx = tf.grad((x) => tf.sum(tf.mul(mixer.forward(x as tf.Tensor3D, { positions }), dy)))(x);
      const got = [dx, ...mixer.trainableVariables().map(({ name }) => grads[name]!)];
      const want = Object.values(given).map((values) => slopes(values as Float64Array));
      expect(got.length).toBe(want.length);
      for (const [k, gradient] of got.entries()) {
        (await gradient.data()).forEach((entry, i) => void expect(entry).toBeCloseTo(want[k]![i]!, 4));
      }
      tf.dispose([x, dy, value, dx, ...Object.values(grads)]);
      mixer.dispose();
    });
  });

  it('stays finite where scores are far beyond what exp can hold', async () => {
    const mixer = new AttentionMixer({ width: 4, heads: 1 }, new Rng(1));
    const y = tf.tidy(() => mixer.forward(tf.mul(tf.tensor3d(noise(32, 1), [1, 8, 4]), 1e4) as tf.Tensor3D));
    expect((await y.data()).every(Number.isFinite)).toBe(true);
    y.dispose();
    mixer.dispose();
  });

  it('refuses what does not fit', () => {
    const rng = new Rng(1);
    expect(() => new AttentionMixer({ width: 6, heads: 4 }, rng)).toThrow(
      'AttentionMixer: heads is 4; want a divisor of the width 6',
    );
    expect(() => new AttentionMixer({ width: 6, heads: 0 }, rng)).toThrow('heads is 0; want a positive integer');
    const mixer = new AttentionMixer({ width: 4 }, rng);
    expect(() => tf.tidy(() => mixer.forward(tf.zeros([1, 3, 6])))).toThrow(
      'AttentionMixer: x has the shape [1,3,6], want [batch, length, 4]',
    );
    expect(() => tf.tidy(() => mixer.forward(tf.zeros([3, 4]) as unknown as tf.Tensor3D))).toThrow(
      'x has the shape [3,4]',
    );
    mixer.dispose();
  });
});
