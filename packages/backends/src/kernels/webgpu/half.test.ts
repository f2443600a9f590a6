// Mixed precision: what ops keep for their gradients lies in half precision, and only that.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { variableGradients } from '../../autodiff/index.ts';
import { describeBackend, useBackend } from '../../index.ts';
import { gelu, groupedConv1d, layerNorm, linear, softmaxCrossEntropy } from '../../ops/index.ts';
import { expectClose, ids, noise, noiseTensor } from '../../testing/numbers.ts';
import { hasHalf } from '../../testing/webgpu.ts';
import { recordDispatches } from '../../webgpu-host/index.ts';

const bytesInGpu = (): number => (tf.memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;

/** float32 to half precision and back, as IEEE 754 has it: round to nearest, ties to even. */
function rounded(value: number): number {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size === 0) return value;
  const step = 2 ** (Math.max(-14, Math.floor(Math.log2(size))) - 10);
  const units = size / step;
  const down = Math.floor(units);
  const up = units - down > 0.5 || (units - down === 0.5 && down % 2 === 1);
  return Math.sign(value) * Math.min(65504, (up ? down + 1 : down) * step);
}

describe.skipIf(!(await hasHalf()))('mixed precision on webgpu', () => {
  beforeAll(() => useBackend('webgpu', { precision: 'mixed' }));
  afterAll(() => useBackend('webgpu'));

  const copyOf = (x: tf.Tensor, shift?: tf.Tensor) =>
    tf.engine().runKernel('OrchidHalfCopy', { x, ...(shift && { shift }) }) as tf.Tensor;

  it('says so', () => {
    expect(describeBackend().precision).toBe('mixed');
    expect(String(describeBackend())).toContain('mixed precision');
  });

  it.each([1, 2, 3, 4, 5, 1023, 1024, 4100])('%i values are rounded to the nearest half', async (count) => {
    const x = noise(count, 3).map((v, i) => v * 10 ** ((i % 9) - 4));
    const given = tf.tensor1d(x);
    const copy = copyOf(given);
    const got = await copy.data();
    for (const [i, value] of x.entries()) {
      // Devices may take halves of less than 2^-14 for zeros.
      if (Math.abs(value) < 2 ** -14) expect(Math.abs(got[i]! - value)).toBeLessThanOrEqual(2 ** -14);
      else expect(Math.abs(got[i]! - value), `${value}`).toBeLessThanOrEqual(Math.abs(rounded(value) - value) * 1.001);
    }
    tf.dispose([given, copy]);
  });

  it('cuts off what is too large; infinities and NaN stay', async () => {
    const x = [65504, 65519, 65520, 1e9, -1e38, Infinity, -Infinity, Number.NaN, 1, -2, 0.5];
    for (const values of [x, [...x, 3]]) {
      const given = tf.tensor1d(values);
      const copy = copyOf(given);
      const most = 65504;
      const wanted = [most, most, most, most, -most, Infinity, -Infinity, Number.NaN, 1, -2, 0.5, 3];
      expect(Array.from(await copy.data())).toEqual(wanted.slice(0, values.length));
      tf.dispose([given, copy]);
    }
  });

  it('takes a number off each row', async () => {
    for (const [rows, columns] of [
      [3, 8],
      [5, 7],
    ] as const) {
      const [x, shift] = [noise(rows * columns, 1), noise(rows, 2)];
      const [xs, shifts] = [tf.tensor2d(x, [rows, columns]), tf.tensor1d(shift)];
      const copy = copyOf(xs, shifts);
      const got = await copy.data();
      for (const [i, value] of x.entries()) {
        expect(got[i]).toBeCloseTo(rounded(value - shift[Math.floor(i / columns)]!), 2);
      }
      tf.dispose([xs, shifts, copy]);
    }
  });

  it('is made once for a tensor, while it lives, and takes half the memory until it is used', async () => {
    const x = noiseTensor([64, 1024], 1);
    const doubled = tf.mul(x, 2);
    await doubled.data();
    const before = [tf.memory().numTensors, bytesInGpu()];
    const { result: copies, dispatches } = await recordDispatches(() => [copyOf(doubled), copyOf(doubled)]);
    expect(dispatches.map(({ name }) => name)).toEqual(['to half precision']);
    expect(bytesInGpu() - before[1]!).toBeGreaterThanOrEqual(2 * x.size);
    expect(bytesInGpu() - before[1]!).toBeLessThan(2.1 * x.size);
    const sum = tf.add(copies[0]!, copies[1]!);
    const [got, wanted] = [await sum.data(), await doubled.data()];
    for (let i = 0; i < 100; i++) expect(got[i]).toBe(2 * rounded(wanted[i]!));
    tf.dispose([...copies, sum]);
    await doubled.data();
    expect(tf.memory().numTensors).toBe(before[0]);
    expect(bytesInGpu()).toBeLessThanOrEqual(before[1]!);
    const again = copyOf(doubled);
    expect((await again.data())[5]).toBe(rounded(wanted[5]!));
    tf.dispose([x, doubled, again]);
  });

  type Op = (...inputs: tf.Tensor[]) => tf.Tensor;
  const labels = () => tf.tensor1d(ids(60, 40, 2), 'int32');
  const options = { groups: 24, padding: 'causal' } as const;
  const ops: Record<string, { shapes: number[][]; op: Op; scale?: number; packs?: boolean; expands?: boolean }> = {
    gelu: { shapes: [[40, 40]], op: (x) => gelu(x!), scale: 2 },
    'gelu of an odd size': { shapes: [[1027]], op: (x) => gelu(x!), scale: 2 },
    layerNorm: {
      shapes: [[60, 24], [24], [24]],
      op: (x, w, b) => layerNorm(x!, w as tf.Tensor1D, b as tf.Tensor1D),
    },
    'layerNorm far from zero': {
      shapes: [[60, 24], [24], [24]],
      op: (x, w, b) => layerNorm(tf.add(x!, 1000), w as tf.Tensor1D, b as tf.Tensor1D),
    },
    'layerNorm of odd rows': { shapes: [[60, 25]], op: (x) => layerNorm(x!) },
    linear: {
      shapes: [[60, 24], [40, 24], [40]],
      op: (x, w, b) => linear(x!, w as tf.Tensor2D, b as tf.Tensor1D),
    },
    'linear, gelu': {
      shapes: [[60, 24], [40, 24], [40]],
      op: (x, w, b) => linear(x!, w as tf.Tensor2D, b as tf.Tensor1D, 'gelu'),
      scale: 0.3,
    },
    'linear, gelu, odd sizes': {
      shapes: [[61, 27], [33, 27], [33]],
      op: (x, w, b) => linear(x!, w as tf.Tensor2D, b as tf.Tensor1D, 'gelu'),
      scale: 0.3,
    },
    // Its slope alone is kept in halves, which the kernel writes.
    'linear, gelu, of few inputs': {
      shapes: [[60, 8], [40, 8], [40]],
      op: (x, w, b) => linear(x!, w as tf.Tensor2D, b as tf.Tensor1D, 'gelu'),
      scale: 0.3,
      packs: false,
    },
    groupedConv1d: {
      shapes: [[2, 30, 24], [24, 1, 3], [24]],
      op: (x, w, b) => groupedConv1d(x as tf.Tensor3D, w as tf.Tensor3D, b as tf.Tensor1D, options),
    },
    'groupedConv1d of two groups': {
      shapes: [[2, 30, 24], [8, 12, 3], [8]],
      op: (x, w, b) => groupedConv1d(x as tf.Tensor3D, w as tf.Tensor3D, b as tf.Tensor1D, { ...options, groups: 2 }),
      expands: true,
    },
    softmaxCrossEntropy: {
      shapes: [[60, 40]],
      op: (x) => softmaxCrossEntropy(x as tf.Tensor2D, labels()),
      scale: 30,
    },
  };

  describe.each(Object.entries(ops))('%s', (_, { shapes, op, scale = 1, packs = true, expands = false }) => {
    const inputs = () =>
      shapes.map((shape, i) => tf.tidy(() => tf.mul(noiseTensor(shape, i + 1), i === 0 || scale > 1 ? scale : 1)));

    it('has the same value, and gradients within 1e-3 of their largest magnitude', async () => {
      const x = inputs();
      const results: Float32Array[][] = [];
      for (const precision of ['float32', 'mixed'] as const) {
        await useBackend('webgpu', { precision });
        const before = tf.memory().numTensors;
        const { result, dispatches } = await recordDispatches(() =>
          tf.tidy(() => {
            const { shape } = op(...x);
            const dy = noiseTensor(shape, 9);
            // As tfjs's tape gives them, and as ours does.
            const grads = tf.grads((...x: tf.Tensor[]) => op(...x))(x, dy);
            const variables = x.map((tensor) => tf.variable(tensor));
            const loss = () => tf.sum(tf.mul(dy, op(...variables.map((v) => tf.mul(v, 1))))) as tf.Scalar;
            const { grads: others } = variableGradients(loss, variables);
            const result = [op(...x), ...grads, ...variables.map(({ name }) => others[name]!)];
            tf.dispose(variables);
            return result;
          }),
        );
        const names = dispatches.map(({ name }) => name);
        expect(names.includes('to half precision')).toBe(precision === 'mixed' && packs);
        expect(names.includes('from half precision')).toBe(precision === 'mixed' && expands);
        results.push(await Promise.all(result.map(async (tensor) => (await tensor.data()) as Float32Array)));
        tf.dispose(result);
        expect(tf.memory().numTensors).toBe(before);
      }
      const [wanted, got] = results as [Float32Array[], Float32Array[]];
      expect(got[0]).toEqual(wanted[0]);
      for (const [i, values] of wanted.entries()) await expectClose(got[i]!, values, 1e-3, `gradient ${i - 1}`);
      tf.dispose(x);
    });
  });
});
