// A heap whose use is counted; and a full one: an error instead of damage, and a kernel that fails half-way gives back what
// it had taken.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { heapUse, resetHeapPeak, traceHeap, useBackend } from '../index.ts';
import { layerNorm } from '../ops/index.ts';
import { allocate, makeOutput, makeOutputs, release, type WasmBackend, withScratch } from './index.ts';

const megabyte = 2 ** 20;
/** A tensor of so many megabytes. */
const sized = (megabytes: number): number[] => [(megabytes * megabyte) / 1024, 256];
const engine = (): WasmBackend => tf.backend() as unknown as WasmBackend;

/** Takes all of the heap but one hole of three megabytes; what was taken. */
function fill(): number[] {
  const hole = allocate(engine(), 3 * megabyte, 'the hole');
  const blocks: number[] = [];
  for (let size = 2 ** 30; size >= 1024; ) {
    try {
      blocks.push(allocate(engine(), size, 'the filling'));
    } catch {
      size /= 2;
    }
  }
  release(engine(), hole);
  return blocks;
}

const inputs: Record<string, tf.Tensor> = {};
let blocks: number[] = [];
beforeAll(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  await useBackend('wasm');
  inputs.two = tf.zeros(sized(2));
  inputs.four = tf.zeros(sized(4));
  inputs.column = tf.zeros([megabyte / 2, 1]);
  blocks = fill();
});
afterAll(() => {
  for (const block of blocks) release(engine(), block);
  tf.dispose(inputs);
  vi.restoreAllMocks();
});

/** Runs what must fail, and expects the hole to be as large as it was. */
function failsWhole(work: () => unknown, message: string | RegExp): void {
  const before = tf.memory();
  const ids = engine().numDataIds();
  expect(work).toThrow(message);
  const after = tf.memory();
  expect([after.numTensors, after.numDataBuffers, engine().numDataIds()]).toEqual([
    before.numTensors,
    before.numDataBuffers,
    ids,
  ]);
  release(engine(), allocate(engine(), 3 * megabyte, 'the whole hole'));
}

test("tfjs's own tensors and kernels", () => {
  failsWhole(() => tf.zeros(sized(4)), 'tfjs-backend-wasm: the wasm heap has no room for 4.0 MB more');
  failsWhole(() => tf.exp(inputs.four!), 'no room for 4.0 MB more (its limit is 4 GB)');
});

test('an output, and the second of two', () => {
  failsWhole(
    () => makeOutput(engine(), sized(4), 'float32', 'some op'),
    'some op: the wasm heap has no room for 4.0 MB',
  );
  failsWhole(() => makeOutputs(engine(), [sized(2), sized(2)], 'some op'), 'some op: the wasm heap has no room');
});

test('sizes beyond 32 bits, of which malloc sees only the low ones', () => {
  failsWhole(() => allocate(engine(), 2 ** 32 + 64, 'some op'), 'some op: the wasm heap has no room for 4096.0 MB');
  failsWhole(() => makeOutput(engine(), [2 ** 16, 2 ** 14 + 1], 'float32', 'some op'), 'no room for 4096.3 MB');
});

test('kernels with several outputs or scratch', () => {
  failsWhole(() => tf.split(inputs.four!, 2), 'slice: the wasm heap has no room for 2.0 MB');
  failsWhole(() => layerNorm(inputs.column!), 'layerNorm: the wasm heap has no room for 2.0 MB');
  const product = (): tf.Tensor =>
    tf.tidy(() => {
      const x = tf.reshape(inputs.two!, [1024, 512]);
      return tf.matMul(x, x, false, true);
    });
  failsWhole(product, /^matMul: the wasm heap has no room for .*\[1024,1024\]|no room for 4\.0 MB/);
});

test('what is in use is counted: tensors, scratch, blocks above 2 GB, and the most at once', () => {
  const before = heapUse()!;
  // The heap is full but for the hole.
  expect(before.used).toBeGreaterThan(2 ** 32 - 64 * megabyte);
  expect(before.size).toBeGreaterThan(before.used);
  expect(before.limit).toBe(2 ** 32);
  resetHeapPeak();
  expect(heapUse()!.peak).toBe(before.used);
  const tensor = tf.zeros(sized(1));
  withScratch(engine(), megabyte / 2, 'some op', () => {
    expect(heapUse()!.used).toBe(before.used + 1.5 * megabyte);
  });
  expect(() => allocate(engine(), 2 ** 32, 'some op')).toThrow('no room');
  expect(heapUse()).toEqual({ ...before, used: before.used + megabyte, peak: before.used + 1.5 * megabyte });
  tensor.dispose();
  expect(heapUse()!.used).toBe(before.used);
});

test('what is in use after each allocation', () => {
  const kept: tf.Tensor[] = [];
  const trace = traceHeap(() => {
    kept.push(tf.zeros(sized(1)));
    tf.zeros(sized(0.5)).dispose();
    withScratch(engine(), megabyte, 'some op', () => {});
  });
  expect(trace).toEqual([1, 1.5, 2].map((megabytes) => megabytes * megabyte));
  tf.dispose(kept);
  const failing = () => traceHeap(() => void tf.zeros(sized(4)));
  expect(failing).toThrow('no room');
  expect(traceHeap(() => {})).toEqual([]);
});

test('an engine without such a heap has no use of it', async () => {
  await useBackend('cpu');
  expect(heapUse()).toBeNull();
  expect(traceHeap(() => expect.fail('nothing is run'))).toBeNull();
  resetHeapPeak();
  await useBackend('wasm');
  expect(heapUse()).not.toBeNull();
});
