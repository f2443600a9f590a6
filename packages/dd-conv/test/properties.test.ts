// What holds for every input: linearity, the convolution theorem, shift equivariance, no tensor left behind.
import { circularConvolution } from '@orchid-ml/fft/plain';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createConditioning, ddConv, longConv } from '../src/index.ts';
import { engines, error, largest, Rng, randomArray, start, values } from './engines.ts';

const sizes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  length: fc.integer({ min: 1, max: 40 }),
  width: fc.integer({ min: 1, max: 18 }),
  seed: fc.nat(),
});

describe.each(engines)('%s', (engine) => {
  beforeAll(() => start(engine));
  // On webgpu every size is a program to compile.
  const runs = (many: number) => ({ numRuns: engine === 'webgpu' ? Math.ceil(many / 5) : many });

  function random(rng: Rng, shape: number[]): tf.Tensor {
    return tf.tensor(
      randomArray(
        rng,
        shape.reduce((a, b) => a * b, 1),
      ),
      shape,
    );
  }

  it('ddConv is linear in z', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.constantFrom('dft', 'dct'), async ({ batch, length, width, seed }, transform) => {
        const before = tf.memory().numTensors;
        const rng = new Rng(seed);
        const [a, b] = [random(rng, [batch, length, width]), random(rng, [batch, length, width])] as tf.Tensor3D[];
        const kernel = random(rng, [length, width]) as tf.Tensor2D;
        const skip = random(rng, [width]) as tf.Tensor1D;
        const bins = [batch, transform === 'dct' ? length : Math.floor(length / 2) + 1, width];
        const re = random(rng, bins) as tf.Tensor3D;
        const im = random(rng, bins) as tf.Tensor3D;
        const spectrum = transform === 'dct' ? re : { re, im };
        const f = (z: tf.Tensor3D) => ddConv(z, { kernel, skip, spectrum, transform, norm: 'ortho' });
        const sum = tf.tidy(() => f(tf.add(tf.mul(a!, 2), tf.mul(b!, -3))));
        const parts = tf.tidy(() => [tf.mul(f(a!), 2), tf.mul(f(b!), -3)]);
        const [got, one, other] = await Promise.all([sum, ...parts].map(values));
        // The parts may cancel each other; what is rounded are they.
        const scale = Math.max(largest(one!), largest(other!));
        expect(largest(got!.map((v, i) => v - one![i]! - other![i]!))).toBeLessThan(1e-5 * scale);
        tf.dispose([a!, b!, kernel, skip, re, im, sum, ...parts]);
        expect(tf.memory().numTensors).toBe(before);
      }),
      runs(30),
    );
  });

  it('longConv is the convolution theorem: commutes, and agrees with the plain convolution', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ batch, length, width, seed }) => {
        const rng = new Rng(seed);
        const [x, h] = [random(rng, [batch, length, width]), random(rng, [batch, length, width])] as tf.Tensor3D[];
        const y = await values(longConv(x!, h!));
        expect(error(await values(longConv(h!, x!)), y)).toBeLessThan(1e-5);
        const column = (all: Float32Array) => all.filter((_, i) => i % width === 0 && i < length * width);
        const want = circularConvolution(column(await values(x!)), column(await values(h!)));
        expect(error(column(y), want)).toBeLessThan(1e-5);
        tf.dispose([x!, h!]);
      }),
      runs(30),
    );
  });

  it('causal longConv does not look ahead', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async ({ batch, length, width, seed }, cut) => {
        const rng = new Rng(seed);
        const kept = cut % (length + 1);
        const array = randomArray(rng, batch * length * width);
        const changed = array.map((v, i) => (Math.floor(i / width) % length < kept ? v : v + 5));
        const h = random(rng, [Math.ceil(length / 2), width]) as tf.Tensor2D;
        const run = async (a: Float32Array) =>
          values(longConv(tf.tensor3d(a, [batch, length, width]), h, { mode: 'causal' }));
        const [got, want] = [await run(changed), await run(array)];
        // The transform rounds every sample in proportion to the largest one, that of the changed future, however small the past is.
        const ahead = got.map((v, i) => (Math.floor(i / width) % length < kept ? v - want[i]! : 0));
        expect(largest(ahead)).toBeLessThanOrEqual(1e-5 * largest(got));
      }),
      runs(20),
    );
  });

  // Paper, section 3: the kernel does not change when the input is shifted, so the output is shifted with it.
  it.each(['I', 'I-time', 'I-freq', 'II'] as const)('type %s: roll in, roll out', async (type) => {
    const shape = fc.record({ length: fc.integer({ min: 4, max: 40 }), width: fc.integer({ min: 2, max: 9 }) });
    await fc.assert(
      fc.asyncProperty(shape, fc.nat(), fc.nat(), async ({ length, width }, shift, seed) => {
        const rng = new Rng(seed);
        const by = shift % length;
        const network = createConditioning({ type, width, paddingMode: 'circular', norm: 'ortho' }, rng);
        const u = random(rng, [2, length, width]) as tf.Tensor3D;
        const roll = (t: tf.Tensor3D) =>
          tf.concat(
            [tf.slice(t, [0, length - by, 0], [2, by, width]), tf.slice(t, [0, 0, 0], [2, length - by, width])],
            1,
          );
        const run = (t: tf.Tensor3D) => tf.tidy(() => ddConv(t, { spectrum: network.forward(t) }));
        expect(error(await values(run(roll(u))), await values(roll(run(u))))).toBeLessThan(1e-4);
        network.dispose();
      }),
      runs(10),
    );
  });
});
