// The global norm and what it does to gradients, against plain arithmetic.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, start } from '../test/engines.ts';
import { clipGradients, clipScale, sumOfSquares } from './index.ts';

describe.each(ENGINES)('clipping on %s', (engine) => {
  beforeAll(() => start(engine));

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

  it('sums exactly what float32 would lose, in float64 where the engine has our kernel', async () => {
    // 2^24 + 1 is no float32: added up in float32, in a row, the ones would vanish.
    const values = new Float32Array(1003).fill(1);
    values[0] = 4096;
    const x = tf.tensor1d(values);
    const sum = sumOfSquares([x]);
    if (engine !== 'composed') expect((await sum.data())[0]).toBe(4096 ** 2 + 1002);
    expect((await sum.data())[0]! / (4096 ** 2 + 1002)).toBeCloseTo(1, 3);
    tf.dispose([x, sum]);
  });

  it('differentiates the sum, for a penalty in a loss, and takes whole numbers', async () => {
    const [a, b] = [tf.tensor1d([1, -2, 3]), tf.scalar(4)];
    const before = tf.memory().numTensors;
    const grads = tf.grads((x, y) => tf.mul(sumOfSquares([x, y]), 0.5))([a, b]);
    expect([...(await grads[0]!.data())]).toEqual([1, -2, 3]);
    expect([...(await grads[1]!.data())]).toEqual([4]);
    tf.dispose(grads);
    const whole = tf.tensor1d([1, 2], 'int32');
    const sum = sumOfSquares([whole]);
    expect((await sum.data())[0]).toBe(5);
    tf.dispose([whole, sum]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([a, b]);
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
