// GELU on wasm against float64 over all of float32: the bounds that assembly/gelu.ts states.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { useBackend } from '../../index.ts';
import { gelu } from '../../ops/index.ts';
import { geluGrad, gelu as plainGelu } from '../../plain/gelu.ts';

beforeAll(() => useBackend('wasm', { blas: 'off' }));

/** Every 1009th float32 there is, both signs, subnormals and infinities with them. */
function everywhere(): Float32Array {
  const bits = new Uint32Array(Math.ceil(0x7f800000 / 1009) + 1).map((_, i) => Math.min(i * 1009, 0x7f800000));
  const positive = new Float32Array(bits.buffer);
  return Float32Array.from([...positive, ...positive.map((v) => -v)]);
}

/** Evenly over where gelu bends. */
function bend(): Float32Array {
  return Float32Array.from({ length: 200_003 }, (_, i) => (i / 100_001 - 1) * 14);
}

async function onWasm(x: Float32Array): Promise<{ y: Float32Array; slope: Float32Array }> {
  const { value, grad } = tf.valueAndGrad((x) => gelu(x as tf.Tensor))(tf.tensor1d(x), tf.ones([x.length]));
  const [y, slope] = [(await value.data()) as Float32Array, (await grad.data()) as Float32Array];
  tf.dispose([value, grad]);
  return { y, slope };
}

test.each([
  ['everywhere', everywhere],
  ['where it bends', bend],
])('value and slope, %s', async (_, numbers) => {
  const x = numbers().filter(Number.isFinite);
  const [wanted, wantedSlope] = [plainGelu(x), geluGrad(x, new Float32Array(x.length).fill(1))];
  const { y, slope } = await onWasm(x);
  const worst = { value: 0, tail: 0, slope: 0 };
  for (let i = 0; i < x.length; i++) {
    const size = Math.abs(wanted[i]!);
    const error = Math.abs(y[i]! - wanted[i]!);
    worst.value = Math.max(worst.value, error / Math.max(size, 0.2));
    if (size > 1e-37) worst.tail = Math.max(worst.tail, error / size);
    worst.slope = Math.max(worst.slope, Math.abs(slope[i]! - wantedSlope[i]!));
  }
  expect(worst.value).toBeLessThan(8e-7);
  expect(worst.tail).toBeLessThan(1e-5);
  expect(worst.slope).toBeLessThan(4e-7);
});

test('where float32 ends', async () => {
  const { y, slope } = await onWasm(Float32Array.of(Infinity, -Infinity, Number.NaN, 3e38, -3e38, 0, -0, 1e-45));
  expect([...y.slice(0, 1), ...y.slice(2, 4)]).toEqual([Infinity, Number.NaN, Math.fround(3e38)]);
  for (const i of [1, 4]) expect(Math.abs(y[i]!)).toBeLessThan(1e-37);
  expect([...y.slice(5, 7)]).toEqual([0, -0]);
  expect([...slope.slice(0, 4)].map((v) => Math.round(v * 1e6) / 1e6)).toEqual([1, -0, Number.NaN, 1]);
  expect(slope[5]).toBeCloseTo(0.5, 6);
});
