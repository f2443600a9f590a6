// A native BLAS in the wasm engine's place: the same results, whatever the heap does, and a library that is none is said
// and not used. Where the machine has no library, only what needs one is skipped; under CI it must be there.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { describeBackend, useBackend } from '../index.ts';
import { linear } from '../ops/index.ts';
import { expectClose, noiseTensor } from '../testing/numbers.ts';
import { allocate, release, type WasmBackend } from '../wasm-host/index.ts';
import type { BlasLibrary } from './library.ts';
import { selfCheck } from './self-check.ts';
import { blasInUse } from './use.ts';

const { blas: found, noBlas } = await useBackend('wasm');
const libm = ['/lib/x86_64-linux-gnu/libm.so.6', '/lib/aarch64-linux-gnu/libm.so.6', '/lib64/libm.so.6'].find((path) =>
  existsSync(path),
);
const warn = vi.spyOn(console, 'warn');
beforeEach(() => void warn.mockReset().mockImplementation(() => {}));
afterEach(() => useBackend('wasm', { blas: 'off' }));

describe('without a library', () => {
  test("'off' is the wasm kernel, and no trouble", async () => {
    const info = await useBackend('wasm', { blas: 'off' });
    expect(info.blas).toBeUndefined();
    expect(info.noBlas).toBe('it was asked for without');
    expect(info.note).toBeUndefined();
    expect(String(info)).not.toContain('matrix products');
    expect(warn).not.toHaveBeenCalled();
  });

  const bad: [what: string, path: string, says: RegExp][] = [
    [
      'a file that is not there',
      '/nowhere/libopenblas.so',
      /^\/nowhere\/libopenblas\.so cannot be used as a BLAS library/,
    ],
    ['a file that is no library', fileURLToPath(import.meta.url), /blas\.test\.ts cannot be used as a BLAS library/],
    ...(libm ? [['a library that is no BLAS', libm, /it is no BLAS with a C interface.*cblas_sgemm/] as const] : []),
  ] as [string, string, RegExp][];
  test.each(bad)('%s: a note, one warning, and the wasm kernel', async (_, path, says) => {
    const info = await useBackend('wasm', { blas: path });
    expect(info.blas).toBeUndefined();
    expect(info.note).toMatch(says);
    expect(String(describeBackend())).toContain('matrix products are computed by the wasm kernel)');
    await useBackend('wasm', { blas: path });
    expect(warn).toHaveBeenCalledTimes(1);
    const product = tf.tidy(() => tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])));
    expect((await product.data())[0]).toBe(64);
    product.dispose();
  });
});

describe('the check of a library', () => {
  // Stands in for cblas_sgemm on the engine's heap, whose address it takes for 0.
  function library(sgemm: (heap: Float32Array, args: number[]) => void): BlasLibrary {
    const backend = tf.backend() as unknown as WasmBackend;
    return {
      name: 'made up',
      addressOf: () => 0n,
      sgemm: (...args) => sgemm(new Float32Array(backend.wasm.HEAPU8.buffer), args.map(Number)),
    };
  }
  /** As the standard has it, but for what `wrong` changes of its arguments. */
  const textbook = (wrong: (args: number[]) => number[]) =>
    library((heap, args) => {
      const [, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc] = wrong(args) as [number, ...number[]] as number[];
      for (let i = 0; i < m!; i++) {
        for (let j = 0; j < n!; j++) {
          let sum = 0;
          for (let l = 0; l < k!; l++) {
            const left = heap[a! / 4 + (ta === 112 ? l * lda! + i : i * lda! + l)]!;
            sum += left * heap[b! / 4 + (tb === 112 ? j * ldb! + l : l * ldb! + j)]!;
          }
          const at = c! / 4 + i * ldc! + j;
          heap[at] = alpha! * sum + (beta === 0 ? 0 : beta! * heap[at]!);
        }
      }
    });
  const check = (made: BlasLibrary) => selfCheck(made, tf.backend() as unknown as WasmBackend);

  test('takes one that computes as it should', () => check(textbook((args) => args)));
  test.each([
    ['ignores a transpose', (args: number[]) => args.with(1, 111)],
    ['swaps the sizes', (args: number[]) => args.with(3, args[4]!).with(4, args[3]!)],
    ['never adds', (args: number[]) => args.with(11, 0)],
    ['always adds', (args: number[]) => args.with(11, 1)],
    ['scales', (args: number[]) => args.with(6, 1.01)],
    ['computes nothing', (args: number[]) => args.with(3, 0)],
  ])('refuses one that %s', (_, wrong) => {
    expect(() => check(textbook(wrong))).toThrow(/^its product of \[\d+, \d+\] by \[\d+, \d+\] \(.*\) is wrong$/);
  });
  test('refuses one that writes behind its output', () => {
    const right = textbook((args) => args);
    const made = library((heap, args) => {
      right.sgemm(...args);
      heap[args[12]! / 4 + args[3]! * args[4]!] = 0;
    });
    expect(() => check(made)).toThrow('is wrong');
  });
});

describe('with a library', () => {
  if (found === undefined && !process.env.CI) {
    test.skip(`SKIPPED: no native BLAS on this machine (${noBlas})`, () => {});
    return;
  }
  beforeEach(async () => {
    expect((await useBackend('wasm', { blas: 'auto' })).blas, String(noBlas)).toBeDefined();
  });

  test('it is named, with its version and its file', () => {
    expect(describeBackend().blas).toMatch(/^(OpenBLAS [\d.]+.* \(.+\)|.*Math Kernel Library.*|Apple Accelerate)$/);
    expect(String(describeBackend())).toContain(`, matrix products by ${describeBackend().blas}`);
    expect(warn).not.toHaveBeenCalled();
  });

  const shapes = [
    [40, 30, 50],
    [1, 300, 100],
    [300, 100, 1],
    [257, 129, 65],
  ] as const;
  const both = [false, true];
  const cases = shapes.flatMap(([m, k, n]) => both.flatMap((ta) => both.map((tb) => [m, k, n, ta, tb] as const)));
  test.each(cases)('%d x %d by %d, transposed %s, %s: as the wasm kernel', async (m, k, n, ta, tb) => {
    const run = (): tf.Tensor =>
      tf.tidy(() =>
        tf.matMul(
          noiseTensor([3, ...(ta ? [k, m] : [m, k])], 1),
          noiseTensor([3, ...(tb ? [n, k] : [k, n])], 2),
          ta,
          tb,
        ),
      );
    const calls = vi.spyOn(blasInUse()!, 'sgemm');
    const native = run();
    expect(calls).toHaveBeenCalledTimes(3);
    calls.mockRestore();
    await useBackend('wasm', { blas: 'off' });
    const own = run();
    await expectClose(native, await own.data(), 2e-6);
    tf.dispose([native, own]);
  });

  test('gradients of a linear layer', async () => {
    const run = (): tf.Tensor[] =>
      tf.tidy(() =>
        tf.grads((x, w, b) => linear(x!, w as tf.Tensor2D, b as tf.Tensor1D))([
          noiseTensor([2, 150, 64], 1),
          noiseTensor([96, 64], 2),
          noiseTensor([96], 3),
        ]),
      );
    const native = run();
    await useBackend('wasm', { blas: 'off' });
    for (const [i, own] of run().entries()) {
      await expectClose(native[i]!, await own.data(), 4e-6, `gradient ${i}`);
      own.dispose();
    }
    tf.dispose(native);
  });

  test('the heap grows between two products', async () => {
    const backend = tf.backend() as unknown as WasmBackend;
    const [a, b] = [noiseTensor([64, 64], 1), noiseTensor([64, 64], 2)];
    const before = tf.matMul(a, b);
    const values = await before.data();
    const heap = backend.wasm.HEAPU8;
    const block = allocate(backend, heap.byteLength, 'the growth');
    expect(backend.wasm.HEAPU8.byteLength).toBeGreaterThan(heap.byteLength || values.byteLength);
    const after = tf.matMul(a, b);
    expect(await after.data()).toEqual(values);
    release(backend, block);
    tf.dispose([a, b, before, after]);
  });

  test('threads that come and go, each with the library', async () => {
    const file = new URL('../../test/blas-thread.ts', import.meta.url).href;
    const start = `import('tsx/esm/api').then((tsx) => { tsx.register(); return import(${JSON.stringify(file)}); })`;
    for (let round = 0; round < 3; round++) {
      const worker = new Worker(start, { eval: true });
      const said = await new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      expect(said).toEqual([found, 128]);
      await worker.terminate();
    }
    const product = tf.tidy(() => tf.matMul(tf.ones([128, 128]), tf.ones([128, 128])));
    expect((await product.data())[0]).toBe(128);
    product.dispose();
  });
});
