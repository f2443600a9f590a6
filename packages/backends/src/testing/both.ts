// One computation on the wasm engine and on the cpu engine, which is what replaced kernels are held against.
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { useBackend } from '../index.ts';
import { expectClose } from './numbers.ts';

/** The same on both engines: shapes, dtypes and values, and nothing left behind. */
export async function sameOnBoth(run: () => tf.Tensor | tf.Tensor[], tolerance = 2e-6): Promise<void> {
  const results: { shape: number[]; dtype: string; values: Float32Array }[][] = [];
  for (const name of ['cpu', 'wasm'] as const) {
    // This package's own products; those of a native BLAS have tests of their own.
    await useBackend(name, { blas: 'off' });
    const before = tf.memory().numTensors;
    const outputs = tf.tidy(run);
    const list = Array.isArray(outputs) ? outputs : [outputs];
    results.push(
      await Promise.all(
        list.map(async ({ shape, dtype, ...rest }, i) => {
          void rest;
          return { shape, dtype, values: (await list[i]!.data()) as Float32Array };
        }),
      ),
    );
    tf.dispose(list);
    expect(tf.memory().numTensors, `tensors on ${name}`).toBe(before);
  }
  const [wanted, actual] = results as [(typeof results)[0], (typeof results)[0]];
  for (const [i, want] of wanted.entries()) {
    expect(actual[i]!.shape).toEqual(want.shape);
    expect(actual[i]!.dtype).toBe(want.dtype);
    await expectClose(actual[i]!.values, want.values, tolerance, `output ${i}`);
  }
}
