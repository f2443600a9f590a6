// Attention against the formula itself in float64, its gradients against differences of that formula.
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../../backends/src/testing/webgpu.ts';
import { BACKENDS, use } from '../../test/backends.ts';
import { agrees, type Formula, noise, project, softly, someMask } from '../../test/formula.ts';
import { AttentionMixer } from './attention.ts';

const engines = [...BACKENDS, ...((await hasWebGpu()) ? (['webgpu'] as const) : [])];

/** Attention as it is written down, sum by sum. */
function formulaOf({ width: D, heads }: AttentionMixer, length: number, mask: Float32Array | null): Formula {
  const d = D / heads;
  return (given) => {
    const p = project(given.x!, given['in_linear.weight']!, given['in_linear.bias']!, D);
    const y = new Float64Array(given.x!.length);
    for (let b = 0; b < y.length / (length * D); b++) {
      const at = (t: number, third: number, c: number) => p[(b * length + t) * 3 * D + third * D + c]!;
      for (let h = 0; h < heads; h++) {
        const score = (t: number, s: number) => {
          let dot = 0;
          for (let c = h * d; c < (h + 1) * d; c++) dot += at(t, 0, c) * at(s, 1, c);
          return dot / Math.sqrt(d);
        };
        const weights = softly(length, score, (_, s) => mask?.[b * length + s] ?? 1);
        for (let t = 0; t < length; t++) {
          const w = weights(t);
          for (let c = h * d; c < (h + 1) * d; c++) {
            y[(b * length + t) * D + c] = w.reduce((sum, e, s) => sum + e * at(s, 2, c), 0);
          }
        }
      }
    }
    return project(y, given['out_linear.weight']!, given['out_linear.bias']!, D);
  };
}

describe.each(engines)('AttentionMixer on %s', (engine) => {
  beforeAll(() => use(engine));

  it.each([
    { batch: 1, length: 1, width: 2, heads: 1 },
    { batch: 2, length: 5, width: 6, heads: 3 },
    { batch: 3, length: 9, width: 8, heads: 2 },
    { batch: 2, length: 4, width: 4, heads: 4 },
    { batch: 3, length: 7, width: 4, heads: 2, masked: true },
  ])('is the formula, gradients and all: %o', async ({ batch, length, masked, ...options }) => {
    const mixer = new AttentionMixer(options, new Rng(1));
    const names = ['in_linear.weight', 'in_linear.bias', 'out_linear.weight', 'out_linear.bias'];
    expect([...mixer.namedParameters().keys()]).toEqual(names);
    const mask = masked ? someMask(batch, length) : null;
    await agrees(mixer, { batch, length, mask, formula: () => formulaOf(mixer, length, mask) });
    mixer.dispose();
  });

  it('has finite values for a sequence of nothing but padding', async () => {
    const mixer = new AttentionMixer({ width: 4 }, new Rng(1));
    const x = tf.tensor3d(noise(16, 1), [1, 4, 4]);
    const mask = tf.zeros([1, 4]) as tf.Tensor2D;
    const y = mixer.forward(x, { mask });
    expect((await y.data()).every(Number.isFinite)).toBe(true);
    tf.dispose([x, mask, y]);
    mixer.dispose();
  });

  it('stays finite where scores are far beyond what exp can hold', async () => {
    const mixer = new AttentionMixer({ width: 4, heads: 1 }, new Rng(1));
    const y = tf.tidy(() => mixer.forward(tf.mul(tf.tensor3d(noise(32, 1), [1, 8, 4]), 1e4) as tf.Tensor3D));
    expect((await y.data()).every(Number.isFinite)).toBe(true);
    y.dispose();
    mixer.dispose();
  });
});

describe('AttentionMixer', () => {
  beforeAll(() => use('cpu'));

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
    const mask = tf.zeros([3, 1]) as tf.Tensor2D;
    expect(() => tf.tidy(() => mixer.forward(tf.zeros([1, 3, 4]), { mask }))).toThrow(
      'AttentionMixer: mask is float32 of shape [3,1], want float32 of shape [1,3]',
    );
    mask.dispose();
    mixer.dispose();
  });
});
