// The webgpu device's memory: what is counted, what is kept for reuse, what a rehearsal says, and that it changes nothing.
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  heapUse,
  limitDeviceMemory,
  rehearse,
  resetHeapPeak,
  TooLargeForDeviceError,
  traceHeap,
  useBackend,
} from '../index.ts';
import { lowerLimits } from '../testing/limits.ts';
import { hasWebGpu } from '../testing/webgpu.ts';
import { table, type WebGpuBackend } from '../webgpu-host/index.ts';

const megabyte = 2 ** 20;

describe('other engines', () => {
  it('rehearse nothing and have no limit to set', async () => {
    await useBackend('cpu');
    let runs = 0;
    expect(rehearse(() => void runs++)).toBeNull();
    expect(runs).toBe(0);
    expect(limitDeviceMemory(1000)).toBeNull();
    expect(heapUse()).toBeNull();
    for (const bytes of [0, -1, Number.NaN])
      expect(() => limitDeviceMemory(bytes)).toThrow(
        `limitDeviceMemory: bytes is ${bytes}; want a number above 0, or null`,
      );
  });
});

describe.runIf(await hasWebGpu())('memory on webgpu', () => {
  beforeAll(async () => void (await useBackend('webgpu')));
  afterEach(() => void limitDeviceMemory(null));

  /** Sums of squares of values in three steps: two tensors more than x at once. */
  const work = (x: tf.Tensor): tf.Tensor => tf.tidy(() => tf.sum(tf.mul(tf.add(x, 1), 2)));

  it('counts what is in use, and at most', async () => {
    const x = tf.fill([2 ** 18], 1);
    resetHeapPeak();
    const before = heapUse()!;
    expect(before.peak).toBe(before.used);
    expect(before.size).toBeGreaterThanOrEqual(before.used);
    expect(before.limit).toBe(Number.POSITIVE_INFINITY);
    const y = work(x);
    await y.data();
    const taken = heapUse()!.peak - before.used;
    expect(taken).toBeGreaterThanOrEqual(2 * megabyte);
    expect(taken).toBeLessThan(2.1 * megabyte);
    tf.dispose([x, y]);
    expect(heapUse()!.used).toBeLessThanOrEqual(before.used - megabyte);
    expect(traceHeap(() => {})).toBeNull();
  });

  it('a rehearsal takes nothing and says what it would take', async () => {
    const x = tf.tensor1d(Float32Array.from({ length: 2 ** 18 }, (_, i) => i % 7));
    const values = (await x.data()) as Float32Array;
    const engine = tf.backend() as unknown as WebGpuBackend & { numDataIds(): number };
    const before = { ...heapUse()!, ids: engine.numDataIds(), tensors: tf.memory().numTensors };
    // x is on the host alone: it is uploaded in the rehearsal, and not for good.
    const taken = rehearse(() => work(x).dispose())!;
    expect({ ...heapUse()!, ids: engine.numDataIds(), tensors: tf.memory().numTensors }).toEqual(before);
    expect(taken).toBeGreaterThanOrEqual(3 * megabyte);
    expect(taken).toBeLessThan(3.1 * megabyte);
    const y = work(x);
    const want = values.reduce((sum, value) => sum + 2 * (value + 1), 0);
    expect((await y.data())[0]! / want).toBeCloseTo(1, 5);
    tf.dispose([x, y]);
  });

  it('a rehearsal of what is larger than the device has no end but its answer, and of what it cannot bind an error', async () => {
    const square = (rows: number) => () => {
      const parts = Array.from({ length: rows }, () => tf.fill([2 ** 24], 1));
      tf.dispose(parts);
    };
    expect(rehearse(square(64))).toBeGreaterThanOrEqual(2 ** 32);
    const restore = lowerLimits({ maxStorageBufferBindingSize: megabyte });
    const before = tf.memory().numTensors;
    expect(() => rehearse(() => work(tf.fill([2 ** 19], 1)))).toThrow(TooLargeForDeviceError);
    restore();
    expect(tf.memory().numTensors).toBe(before);
    const y = tf.add(1, 1);
    expect((await y.data())[0]).toBe(2);
    y.dispose();
  });

  it('a rehearsal leaves no tensors and does not wait', () => {
    const kept: tf.Tensor[] = [];
    expect(() => rehearse(() => void kept.push(tf.add(tf.ones([3]), 1)))).toThrow(/has left [12] tensors/);
    expect(() => rehearse((async () => {}) as () => void)).toThrow('rehearse: the work is asynchronous');
    tf.dispose(kept);
  });

  it('tables of a rehearsal are made when they are needed', async () => {
    const engine = tf.backend() as unknown as WebGpuBackend;
    const key = 'a table of a test';
    const make = () => Float32Array.of(1, 2, 3, 4);
    expect(rehearse(() => void table(engine, key, make))).toBe(16);
    const { used } = heapUse()!;
    expect(table(engine, key, make)).toBe(table(engine, key, make));
    expect(heapUse()!.used).toBe(used + 16);
  });

  it('what is kept for reuse is given back within a limit, and the results are the same', async () => {
    const shapes = Array.from({ length: 8 }, (_, i) => [2 ** 18 + 4096 * i]);
    const results: number[] = [];
    const { used } = heapUse()!;
    const limit = used + 8 * megabyte;
    expect(limitDeviceMemory(limit)).toBeNull();
    for (const shape of shapes) {
      const y = tf.tidy(() => work(tf.fill(shape, 1)));
      expect(heapUse()!.size).toBeLessThanOrEqual(limit);
      results.push((await y.data())[0]!);
      y.dispose();
    }
    expect(results).toEqual(shapes.map(([n]) => 4 * n!));
    expect(heapUse()!.limit).toBe(limit);
    expect(limitDeviceMemory(null)).toBe(limit);
    // And with no limit to what was ever in use.
    const most = Math.max(64 * megabyte, heapUse()!.peak);
    for (let i = 0; i < 40; i++) tf.fill([2 ** 20 + i], 1).dispose();
    expect(heapUse()!.size).toBeGreaterThan(most / 2);
    expect(heapUse()!.size).toBeLessThanOrEqual(heapUse()!.used + most);
  });
});
