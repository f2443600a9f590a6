// Scratch memory of transforms so long that its size does not fit in 32 bits: it must not be taken for a small one.
import { allocate, heapI32, type WasmBackend, withScratch } from '@orchid-ml/backends/wasm-host';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { start } from '../../../test/engines.ts';
import { ddConvModule } from './module.ts';

it('says how many bytes it wants, beyond 4 GB too, and is refused them', async () => {
  await start('wasm');
  const backend = tf.backend() as unknown as WasmBackend;
  const points = 2 ** 25;
  withScratch(backend, 40, 'a plan of nothing but sizes', (plan) => {
    heapI32(backend, plan, 2).set([points, points]);
    const bytes = ddConvModule(backend).scratchBytes(plan, points, 1, 4);
    expect(bytes).toBeGreaterThan(4 * 32 * points);
    expect(() => allocate(backend, bytes, 'ddConv')).toThrow(/^ddConv: the wasm heap has no room for \d+\.\d MB more/);
  });
});
