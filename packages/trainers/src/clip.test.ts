// The global norm and what it does to gradients, against plain arithmetic.
import { useBackend } from '@orchid-ml/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { clipGradients, clipScale, sumOfSquares } from './index.ts';

describe.each(['cpu', 'wasm'] as const)('clipping on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it('scales all gradients by one number, so that their joint norm is the limit', async () => {
    const given = new Map<string, tf.Tensor>([
      ['a', tf.tensor2d([[3, 0]])],
      ['b', tf.scalar(4)],
    ]);
    const before = tf.memory().numTensors;
    const { gradients, norm } = clipGradients(given, 1);
    expect((await norm.data())[0]).toBeCloseTo(5, 6);
    expect([...(await gradients.get('a')!.data())][0]).toBeCloseTo(0.6, 6);
    expect((await gradients.get('b')!.data())[0]).toBeCloseTo(0.8, 6);
    tf.dispose([norm, ...gradients.values()]);
    const loose = clipGradients(given, 10);
    expect((await loose.gradients.get('b')!.data())[0]).toBe(4);
    tf.dispose([loose.norm, ...loose.gradients.values()]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([...given.values()]);
  });

  it('sums squares over tensors', async () => {
    const tensors = [tf.tensor1d([1, 2]), tf.tensor2d([[3], [4]])];
    const sum = sumOfSquares(tensors);
    expect((await sum.data())[0]).toBe(30);
    tf.dispose([sum, ...tensors]);
  });
});

describe('clipScale', () => {
  it('only ever shrinks', () => {
    expect(clipScale(0.5, 1)).toBe(1);
    expect(clipScale(4, 1)).toBeCloseTo(0.25, 6);
    expect(clipScale(4, null)).toBe(1);
  });
});

describe('clipGradients', () => {
  it('says what is wrong', () => {
    expect(() => clipGradients(new Map(), 1)).toThrow('there are no gradients');
    expect(() => clipGradients(new Map(), 0)).toThrow('maxNorm is 0');
  });
});
