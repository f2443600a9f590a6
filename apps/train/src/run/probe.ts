// Tries an engine out: a tiny op, the gradient of one, and our own long convolution with its gradients, each against an
// answer worked out by hand.
import { type EngineName, type GpuInfo, useBackend } from '@orchid-ml/backends';
import { longConv } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../errors.ts';
import { enableRelaxedSimd } from './relaxed-simd.ts';

/** What a trial found. */
export interface Probe {
  readonly engine: EngineName;
  readonly works: boolean;
  /** the engine in words, or what went wrong */
  readonly says: string;
  readonly simd: boolean;
  readonly threads: number;
  /** the native library that does the matrix products, or null */
  readonly blas: string | null;
  /** why there is none; null where there is one, or the engine has no use for it */
  readonly noBlas: string | null;
  /** what the webgpu engine runs on; null for the others */
  readonly gpu: GpuInfo | null;
  /** bytes of the wasm heap now; null for an engine without one */
  readonly heapBytes: number | null;
}

/** @throws Error naming the check when the numbers differ */
async function expectValues(what: string, tensor: tf.Tensor, wanted: readonly number[]): Promise<void> {
  const got = await tensor.data();
  tensor.dispose();
  const wrong = wanted.findIndex((value, i) => !(Math.abs(value - got[i]!) < 1e-4));
  if (wrong >= 0 || got.length !== wanted.length)
    throw new Error(`${what} gave [${[...got].map((v) => v.toPrecision(4)).join(', ')}]; want [${wanted.join(', ')}]`);
}

async function tinyChecks(): Promise<void> {
  const a = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const b = tf.tensor2d([5, 6, 7, 8], [2, 2]);
  await expectValues('matMul', tf.matMul(a, b), [19, 22, 43, 50]);
  const gradient = tf.tidy(() => tf.grad((x) => tf.sum(tf.matMul(x as tf.Tensor2D, b)))(a));
  await expectValues('the gradient of matMul', gradient, [11, 15, 11, 15]);
  tf.dispose([a, b]);

  // One channel of length 4: delaying by one sample is convolving with [0, 1, 0, 0].
  const x = tf.tensor3d([1, 2, 3, 4], [1, 4, 1]);
  const h = tf.tensor2d([0, 1, 0, 0], [4, 1]);
  await expectValues('longConv', longConv(x, h), [4, 1, 2, 3]);
  const weights = tf.tensor3d([1, 10, 100, 1000], [1, 4, 1]);
  const [dx, dh] = tf.tidy(() =>
    tf.grads((s, k) => tf.sum(tf.mul(longConv(s as tf.Tensor3D, k as tf.Tensor2D), weights)))([x, h]),
  );
  await expectValues("longConv's gradient of the signal", dx!, [10, 100, 1000, 1]);
  await expectValues("longConv's gradient of the kernel", dh!, [4321, 3214, 2143, 1432]);
  tf.dispose([x, h, weights]);
}

function heapBytes(): number | null {
  const wasm = (tf.backend() as unknown as { wasm?: { HEAPU8?: Uint8Array } }).wasm;
  return wasm?.HEAPU8?.byteLength ?? null;
}

/** Starts an engine and tries it. Never throws: what goes wrong is the finding. */
export async function probe(engine: EngineName, blas = 'auto'): Promise<Probe> {
  try {
    enableRelaxedSimd();
    const info = await useBackend(engine, { blas });
    const before = tf.memory().numTensors;
    await tinyChecks();
    const leaked = tf.memory().numTensors - before;
    if (leaked !== 0) throw new Error(`${leaked} tensors were left behind`);
    const { simd, threads, blas: library = null, noBlas = null, gpu = null } = info;
    const facts = { simd, threads, blas: library, noBlas, gpu, heapBytes: heapBytes() };
    return { engine, works: true, says: String(info), ...facts };
  } catch (error) {
    return {
      engine,
      works: false,
      says: messageOf(error),
      simd: false,
      threads: 0,
      blas: null,
      noBlas: null,
      gpu: null,
      heapBytes: null,
    };
  }
}
