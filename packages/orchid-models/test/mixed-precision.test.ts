// A block in mixed precision on webgpu: what it holds between the way forward and the way back, and its gradients.
import { describeBackend, useBackend } from '@orchid-ml/backends';
import { variableGradients } from '@orchid-ml/backends/autodiff';
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasHalf } from '../../backends/src/testing/webgpu.ts';
import { OrchidBlock } from '../src/blocks/orchid-block.ts';

const bytesInGpu = (): number => (tf.memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;
const [batch, length, width] = [8, 128, 32];
/** As small beside the sequences as it is in models. */
const filter = { order: 16 };

/** One way there and back: value and gradients, and the bytes held in between. */
async function run(block: OrchidBlock, x: tf.Tensor3D, target: tf.Tensor3D) {
  const variables = block.trainableVariables();
  let held = 0;
  const { value, grads } = variableGradients(() => {
    const before = bytesInGpu();
    // An input of its own, as that of a block within a model is.
    const loss = tf.tidy(() => tf.mean(tf.mul(block.forward(tf.add(x, 0)), target))) as tf.Scalar;
    held = bytesInGpu() - before;
    return loss;
  }, variables);
  const numbers = new Map<string, Float32Array>();
  for (const [name, { variable }] of block.namedParameters()) {
    const gradient = grads[variable.name];
    if (gradient) numbers.set(name, (await gradient.data()) as Float32Array);
  }
  const [loss] = await value.data();
  tf.dispose([value, grads]);
  return { loss, numbers, held };
}

describe.skipIf(!(await hasHalf()))('a block in mixed precision on webgpu', () => {
  beforeAll(() => useBackend('webgpu'));
  afterAll(() => useBackend('webgpu'));

  for (const { most, ...mixer } of [
    { conditioning: 'I', transform: 'dft', most: 0.58 },
    // The input of its conditioning network stays float32.
    { conditioning: 'I', transform: 'dct', most: 0.62 },
    // And so do spectra of sequences.
    { conditioning: 'II', transform: 'dft', most: 0.62 },
  ] as const) {
    it(`${mixer.conditioning}, ${mixer.transform}: holds ${most} of it, the same value and gradients within 1e-3`, async () => {
      const options = {
        mixer: { kind: 'orchid', width, lMax: length, filter, ...mixer },
        innerWidth: 4 * width,
      } as const;
      const block = new OrchidBlock(options, new Rng(1));
      const [x, target] = [5, 6].map((seed) => tf.randomNormal([batch, length, width], 0, 1, 'float32', seed));
      const results = [];
      for (const precision of ['float32', 'mixed'] as const) {
        await useBackend('webgpu', { precision });
        expect(describeBackend().precision).toBe(precision);
        // What is made once (tables, programs) is made.
        await run(block, x as tf.Tensor3D, target as tf.Tensor3D);
        const tensors = tf.memory().numTensors;
        results.push(await run(block, x as tf.Tensor3D, target as tf.Tensor3D));
        expect(tf.memory().numTensors).toBe(tensors);
      }
      const [single, mixed] = results as [(typeof results)[0], (typeof results)[0]];
      expect(mixed.loss).toBe(single.loss);
      expect(mixed.held / single.held).toBeLessThan(most);
      expect(mixed.numbers.size).toBe(single.numbers.size);
      for (const [name, wanted] of single.numbers) {
        const got = mixed.numbers.get(name)!;
        const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        let error = 0;
        for (const [i, value] of wanted.entries()) error = Math.max(error, Math.abs(got[i]! - value) / largest);
        expect(error, name).toBeLessThan(1e-3);
      }
      tf.dispose([x!, target!]);
      block.dispose();
    });
  }
});
