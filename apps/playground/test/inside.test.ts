// What the page Look inside shows: an edit changes the kernel from the data and leaves the static one; the operator rolls.
import { useBackend } from '@orchid-ml/backends';
import { createModel } from '@orchid-ml/orchid-models';
import { createPipeline, RecallPipeline } from '@orchid-ml/pipelines';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { lookAt } from '../src/compute/inside/look.ts';
import { rollAll } from '../src/compute/inside/roll.ts';
import type { RollInput } from '../src/shared/look.ts';

function subject(config: { transform?: 'dft' | 'dct'; conditioning?: 'I' | 'II'; mixer?: 'orchid' | 'attention' }) {
  const model = createModel(
    { model_type: 'orchid-recall', vocab_size: 8, hidden_size: 6, max_position_embeddings: 12, ...config },
    { seed: 2 },
  );
  const pipeline = createPipeline(model, { tokenizer: null, preprocessor: null });
  if (!(pipeline instanceof RecallPipeline)) throw new Error('want a pipeline for recall');
  return { pipeline, words: 'a model of this test' };
}

const changed = (a: Float32Array, b: Float32Array) => a.some((value, i) => value !== b[i]);

describe('a look inside', () => {
  beforeAll(async () => {
    await useBackend('wasm', { blas: 'off' });
  });

  it.each([
    { transform: 'dft', conditioning: 'I' },
    { transform: 'dft', conditioning: 'II' },
    { transform: 'dct', conditioning: 'I' },
  ] as const)('sees the kernel change with the sequence: %o', async (config) => {
    const seen = subject(config);
    const before = tf.memory().numTensors;
    const first = await lookAt(seen, { sequence: 'k0 v1 k1 v2 => k0', seed: 0 });
    const second = await lookAt(seen, { sequence: 'k0 v1 k1 v0 => k0', seed: 0 });
    expect(tf.memory().numTensors).toBe(before);
    expect(first.tokens).toHaveLength(12);
    expect(first).toMatchObject({ expected: 'v1', keys: ['k0', 'k1', 'k2'], values: ['v0', 'v1', 'v2'] });
    expect(first.layers).toHaveLength(2);
    for (const [i, now] of second.layers.entries()) {
      const then = first.layers[i]!;
      expect(changed(now.adaptive.time, then.adaptive.time)).toBe(true);
      expect(changed(now.adaptive.re, then.adaptive.re)).toBe(true);
      expect(now.fixed).toEqual(then.fixed);
      expect(changed(now.output, then.output)).toBe(true);
      expect(now.adaptive.time).toHaveLength(12 * 6);
      expect(now.bins).toBe(config.transform === 'dct' ? 12 : 7);
      expect(now.adaptive.im === null).toBe(config.transform === 'dct');
    }
    seen.pipeline.dispose();
  });

  it('sees coefficients that are those of the kernel in time', async () => {
    const seen = subject({ transform: 'dft' });
    const { layers } = await lookAt(seen, { sequence: 'k0 v1 k1 v2 => k0', seed: 0 });
    for (const { adaptive, fixed, length, width, bins } of layers) {
      for (const { time, re, im } of [adaptive, fixed]) {
        for (let k = 0; k < bins; k++) {
          let [real, imaginary] = [0, 0];
          for (let t = 0; t < length; t++) {
            const angle = (-2 * Math.PI * k * (t - length / 2)) / length;
            real += time[t * width + 3]! * Math.cos(angle);
            imaginary += time[t * width + 3]! * Math.sin(angle);
          }
          expect(re[k * width + 3]).toBeCloseTo(real, 4);
          expect(im![k * width + 3]).toBeCloseTo(imaginary, 4);
        }
      }
    }
    seen.pipeline.dispose();
  });

  it('says what it cannot look at', async () => {
    const seen = subject({ mixer: 'attention' });
    await expect(lookAt(seen, { sequence: '', seed: 1 })).rejects.toThrow("the model's mixer is attention");
    seen.pipeline.dispose();
    const orchid = subject({});
    await expect(lookAt(orchid, { sequence: 'k7', seed: 1 })).rejects.toThrow('token 1 is k7');
    orchid.pipeline.dispose();
  });
});

describe('rolling', () => {
  const largest = async (settings: Partial<RollInput>) => {
    const before = tf.memory().numTensors;
    const seen = await rollAll({
      part: 'operator',
      transform: 'dft',
      conditioning: 'I',
      padding: 'circular',
      staticKernel: true,
      seed: 3,
      ...settings,
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(seen.deviations[0]).toBe(0);
    return seen.deviations.reduce((most, value) => Math.max(most, value), 0);
  };

  beforeAll(async () => {
    await useBackend('wasm', { blas: 'off' });
  });

  it.each([
    { conditioning: 'I' },
    { conditioning: 'II' },
    { conditioning: 'I', staticKernel: false },
    { conditioning: 'II', staticKernel: false },
  ] as const)('holds for the operator with the Fourier transform and circular padding: %o', async (settings) => {
    expect(await largest(settings)).toBeLessThan(1e-5);
  });

  it.each([
    { padding: 'zeros' },
    { padding: 'zeros', conditioning: 'II' },
    { transform: 'dct' },
    { part: 'mixer' },
  ] as const)('does not hold otherwise: %o', async (settings) => {
    expect(await largest(settings)).toBeGreaterThan(1e-3);
  });
});
