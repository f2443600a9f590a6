// The optimiser's kernels against their plain float64 versions: whole vectors of lanes, what is left over, and nothing
// beside them touched.
import { useBackend } from '@orchid-ml/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../../backends/src/testing/webgpu.ts';
import { adamw, gated, sumOfSquares } from '../plain/adamw.ts';
import { ADAMW, hasKernel, numbered, PACK, SUM_OF_SQUARES } from './names.ts';

const numbers = { beta1: 0.9, gain1: 0.05, beta2: 0.98, gain2: 0.005, keep: 0.999, rate: 0.02, epsilon: 1e-6 };
const values = (count: number, seed: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(7 * i + seed));
const sizes = [1, 3, 4, 5, 8, 31];
const total = sizes.reduce((a, b) => a + b);

const engines = ['cpu', 'wasm', ...((await hasWebGpu()) ? (['webgpu'] as const) : [])] as const;

describe.each(engines)('kernels on %s', (engine) => {
  beforeAll(async () => {
    await useBackend(engine);
    hasKernel(PACK);
  });

  it('AdamW: every parameter, whatever its size, and moments in place', async () => {
    const parameters = sizes.map((size, i) => tf.tensor1d(values(size, i)));
    const [gradient, first] = [tf.tensor1d(values(total, 10)), tf.tensor1d(values(total, 11))];
    const second = tf.tensor1d(values(total, 12).map(Math.abs));
    const held = [gradient, first, second];
    const [g, m, v] = await Promise.all(held.map(async (tensor) => Float64Array.from(await tensor.data())));
    const before = tf.memory().numTensors;
    for (let step = 0; step < 3; step++) {
      tf.engine().runKernel(ADAMW, { gradient, first, second, ...numbered(parameters) }, numbers);
    }
    expect(tf.memory().numTensors).toBe(before);
    let at = 0;
    for (const [i, size] of sizes.entries()) {
      const want = Float64Array.from(values(size, i));
      const own = [g, m, v].map((all) => all!.subarray(at, at + size)) as [Float64Array, Float64Array, Float64Array];
      for (let step = 0; step < 3; step++) adamw(want, ...own, numbers);
      (await parameters[i]!.data()).forEach((value, k) => void expect(value).toBeCloseTo(want[k]!, 5));
      at += size;
    }
    for (const [tensor, want] of [
      [first, m!],
      [second, v!],
      [gradient, g!],
    ] as const) {
      (await tensor.data()).forEach((value, k) => void expect(value).toBeCloseTo(want[k]!, 6));
    }
    tf.dispose([...parameters, ...held]);
  });

  it.each([
    ['clips', [0.5, Number.NaN, 25], 2],
    ['does not clip what is small', [1], 2],
    ['does not clip without a norm to clip to', [0.5, 25], null],
    ['stops at a loss that is not finite', [Number.NaN, 25], 2],
    ['stops at an infinite gradient', [0.5, Number.POSITIVE_INFINITY], 2],
  ])('AdamW: a gate %s', async (_, gate, clipNorm) => {
    const [parameter, gradient] = [tf.tensor1d(values(9, 1)), tf.tensor1d(values(9, 2))];
    const [first, second] = [tf.tensor1d(values(9, 3)), tf.tensor1d(values(9, 4).map(Math.abs))];
    const tensors = [parameter, gradient, first, second, tf.tensor1d(gate)] as const;
    const held = await Promise.all(tensors.map(async (tensor) => Float64Array.from(await tensor.data())));
    const [p, g, m, v] = held as [Float64Array, Float64Array, Float64Array, Float64Array];
    const inputs = { gradient, first, second, gate: tensors[4], ...numbered([parameter]) };
    tf.engine().runKernel(ADAMW, inputs, { ...numbers, clipNorm: clipNorm! });
    const own = gated(numbers, gate, clipNorm);
    if (own) adamw(p, g, m, v, own);
    for (const [i, want] of [p, g, m, v].entries()) {
      (await tensors[i]!.data()).forEach((value, k) => void expect(value).toBeCloseTo(want[k]!, 6));
    }
    tf.dispose([...tensors]);
  });

  it('the sum of squares: of tensors of any shape', async () => {
    const tensors = sizes.map((size, i) => tf.tensor2d(values(size, i), [1, size]));
    const want = sizes.reduce((sum, size, i) => sum + sumOfSquares(values(size, i)), 0);
    const sum = tf.engine().runKernel(SUM_OF_SQUARES, numbered(tensors)) as tf.Tensor;
    expect(sum.shape).toEqual([]);
    expect((await sum.data())[0]).toBeCloseTo(want, 5);
    tf.dispose([sum, ...tensors]);
  });

  it('the sum of squares: of more than a workgroup, and not a number where a value is none', async () => {
    const x = values(70_001, 3);
    const tensors = [tf.tensor1d(x), tf.zeros([0]), tf.tensor1d([Number.NaN])];
    const run = (held: tf.Tensor[]) => tf.engine().runKernel(SUM_OF_SQUARES, numbered(held)) as tf.Tensor;
    const sums = [run(tensors.slice(0, 2)), run(tensors), run([tensors[1]!])];
    const [sum, none, empty] = await Promise.all(sums.map(async (sum) => (await sum.data())[0]!));
    expect(sum! / sumOfSquares(x)).toBeCloseTo(1, 5);
    expect(none).toBeNaN();
    expect(empty).toBe(0);
    tf.dispose([...sums, ...tensors]);
  });

  it.skipIf(engine === 'cpu')('packs tensors end to end, also more than are bound at once', async () => {
    const tensors = Array.from({ length: 37 }, (_, i) => tf.tensor2d(values(3 * i, i), [3, i]));
    const packed = tf.engine().runKernel(PACK, numbered(tensors)) as tf.Tensor;
    const want = (await Promise.all(tensors.map((tensor) => tensor.data()))).flatMap((part) => [...part]);
    expect([...(await packed.data())]).toEqual(want);
    tf.dispose([packed, ...tensors]);
  });
});
