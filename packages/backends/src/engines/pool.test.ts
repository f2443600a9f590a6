// The webgpu engine's pool of buffers: what a tensor leaves is free at once, and commands recorded before still find their values.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../index.ts';
import { hasWebGpu } from '../testing/webgpu.ts';

const bytes = (): number => (tf.memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;

describe.skipIf(!(await hasWebGpu()))('the pool of webgpu', () => {
  beforeAll(() => useBackend('webgpu'));

  it('has room again before anything is submitted', async () => {
    let x: tf.Tensor = tf.ones([1000]);
    await x.data();
    const before = bytes();
    let most = 0;
    for (let i = 0; i < 12; i++) {
      const next = tf.add(x, 1);
      x.dispose();
      x = next;
      most = Math.max(most, bytes() - before);
    }
    // One tensor more than before, while it is computed, and the numbers that each dispatch is given.
    expect(most).toBeLessThan(2 * 4000 + 12 * 256);
    expect((await x.data()).every((value) => value === 13)).toBe(true);
    x.dispose();
  });

  it('keeps what was recorded from what comes later into the same buffer, of the host too', async () => {
    const results: tf.Tensor[] = [];
    for (let i = 0; i < 10; i++) {
      const x = tf.tensor1d(Float32Array.from({ length: 777 }, (_, at) => at + i));
      const scale = tf.scalar(i);
      results.push(tf.mul(x, scale));
      tf.dispose([x, scale]);
    }
    const sum = tf.addN(results);
    tf.dispose(results.slice(0, 9));
    for (const [i, tensor] of [results[9]!, sum].entries()) {
      const values = await tensor.data();
      const of = (i: number, at: number) => i * (at + i);
      const wanted = (at: number) =>
        i === 0 ? of(9, at) : Array.from({ length: 10 }, (_, i) => of(i, at)).reduce((a, b) => a + b);
      expect(Array.from(values)).toEqual(Array.from({ length: 777 }, (_, at) => wanted(at)));
    }
    tf.dispose([results[9]!, sum]);
  });
});
