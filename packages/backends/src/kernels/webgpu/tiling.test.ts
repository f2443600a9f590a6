// Kernels on more than the device binds at once, against the float64 references. A device that says it binds a few KiB shows it.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TooLargeForDeviceError, useBackend } from '../../index.ts';
import { gelu, groupedConv1d, layerNorm, linear, softmaxCrossEntropy } from '../../ops/index.ts';
import * as convs from '../../plain/grouped-conv1d.ts';
import * as norms from '../../plain/layer-norm.ts';
import * as linears from '../../plain/linear.ts';
import { paddedRows } from '../../plain/padded-rows.ts';
import * as losses from '../../plain/softmax-cross-entropy.ts';
import { lowerLimits } from '../../testing/limits.ts';
import { expectClose, ids, leavesNothing, noise, noiseTensor, valueAndGrads } from '../../testing/numbers.ts';
import { hasHalf, hasWebGpu } from '../../testing/webgpu.ts';
import { recordDispatches, type WebGpuBackend } from '../../webgpu-host/index.ts';
import { sumRowsInto } from '../../wgsl/sum-rows.ts';

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;

interface Layer {
  /** what the device binds, in KiB */
  readonly most: number;
  readonly shapes: readonly number[][];
  readonly op: Op;
  /** the value, and the gradient of each input */
  reference(inputs: Float32Array[], dy: Float32Array): readonly ArrayLike<number>[];
}

function linearLayer(most: number, rows: number, inputs: number, outputs: number, activation: 'gelu' | null): Layer {
  const sizes = { rows, inputs, outputs };
  return {
    most,
    shapes: [[rows, inputs], [outputs, inputs], [outputs]],
    op: (x, w, b) => linear(x!, w as tf.Tensor2D, b as tf.Tensor1D, activation),
    reference([x, w, b], dy) {
      const { y, slope } = linears.linear(x!, w!, b!, activation, sizes);
      const { dx, dweight, dbias } = linears.linearGrad(x!, w!, dy, slope, sizes);
      return [y, dx, dweight, dbias];
    },
  };
}

function layerNormLayer(most: number, rows: number, channels: number): Layer {
  return {
    most,
    shapes: [[rows, channels], [channels], [channels]],
    op: (x, w, b) => layerNorm(x!, w as tf.Tensor1D, b as tf.Tensor1D),
    reference([x, w, b], dy) {
      const { dx, dweight, dbias } = norms.layerNormGrad(x!, dy, channels, w!, 1e-5);
      return [norms.layerNorm(x!, channels, w!, b!, 1e-5).y, dx, dweight, dbias];
    },
  };
}

function convLayer(
  most: number,
  [batch, length, inputs]: readonly [number, number, number],
  [outputs, groups, taps]: readonly [number, number, number],
  padding: 'same' | 'causal',
  mode: 'zeros' | 'reflect' | 'circular',
): Layer {
  const rows = paddedRows(length, taps, padding, mode);
  const sizes = { batch, length, inputs, outputs, groups, taps, rows };
  return {
    most,
    shapes: [[batch, length, inputs], [outputs, inputs / groups, taps], [outputs]],
    op: (x, w, b) => groupedConv1d(x as tf.Tensor3D, w as tf.Tensor3D, b as tf.Tensor1D, { groups, padding, mode }),
    reference([x, w, b], dy) {
      const { dx, dweight, dbias } = convs.groupedConv1dGrad(x!, w!, dy, sizes);
      return [convs.groupedConv1d(x!, w!, b!, sizes), dx, dweight, dbias];
    },
  };
}

function lossLayer(most: number, rows: number, classes: number): Layer {
  const labels = ids(rows, classes, 5);
  return {
    most,
    shapes: [[rows, classes]],
    op: (x) => tf.tidy(() => softmaxCrossEntropy(x as tf.Tensor2D, tf.tensor1d(labels, 'int32'))),
    reference: ([x], dy) => [
      losses.softmaxCrossEntropy(x!, labels, classes).loss,
      losses.softmaxCrossEntropyGrad(x!, labels, dy, classes),
    ],
  };
}

// Ranges that begin where a binding may, and (of odd sizes) elsewhere.
const layers: Record<string, Layer> = {
  linear: linearLayer(8, 300, 24, 40, null),
  'linear, odd sizes': linearLayer(8, 301, 27, 33, null),
  'linear, gelu': linearLayer(8, 300, 24, 40, 'gelu'),
  'linear, gelu, odd sizes': linearLayer(8, 301, 27, 33, 'gelu'),
  // Ranges of which each is a split product.
  'linear, of many rows': linearLayer(16, 2500, 4, 3, 'gelu'),
  layerNorm: layerNormLayer(8, 210, 24),
  'layerNorm, odd sizes': layerNormLayer(4, 211, 25),
  // The sums of two workgroups would be more than can be bound.
  'layerNorm, wide': layerNormLayer(12, 7, 1027),
  'groupedConv1d, depthwise': convLayer(2, [9, 20, 8], [8, 8, 3], 'causal', 'zeros'),
  'groupedConv1d, depthwise, odd sizes': convLayer(2, [9, 21, 5], [5, 5, 3], 'same', 'reflect'),
  'groupedConv1d, two outputs a channel': convLayer(2, [9, 17, 3], [6, 3, 5], 'same', 'circular'),
  'groupedConv1d, two groups': convLayer(2, [9, 20, 8], [6, 2, 3], 'same', 'circular'),
  softmaxCrossEntropy: lossLayer(8, 300, 24),
  'softmaxCrossEntropy, odd sizes': lossLayer(4, 300, 23),
};

/** Leaves nonsense in the buffers that results will be given, where otherwise those of a run before may lie. */
async function soil(shapes: readonly number[][]): Promise<void> {
  const nonsense = shapes.flatMap((shape) => [1, 2, 3, 4].map((i) => tf.fill(shape, i * 1e6)));
  await Promise.all(nonsense.map((tensor) => tensor.data()));
  tf.dispose(nonsense);
}

/** The layer's value and gradients, and how many dispatches they took; within its limit, or without. */
async function run({ most, shapes, op }: Layer, outShape: number[], isLimited: boolean) {
  await soil([...shapes, outShape]);
  const inputs = shapes.map((shape, i) => noiseTensor(shape, i + 1));
  const dy = noiseTensor(outShape, 99);
  const restore = isLimited ? lowerLimits({ maxStorageBufferBindingSize: 1024 * most }) : () => {};
  try {
    const { result, dispatches } = await recordDispatches(() => valueAndGrads(op, inputs, dy));
    const all = [result.value, ...result.grads];
    const values = await Promise.all(all.map((tensor) => tensor.data() as Promise<Float32Array>));
    tf.dispose(all);
    return { values, dispatches: dispatches.length };
  } finally {
    restore();
    tf.dispose([inputs, dy]);
  }
}

const outShapeOf = ({ shapes, op }: Layer): number[] =>
  tf.tidy(() => op(...shapes.map((shape) => tf.zeros(shape))).shape);

describe.runIf(await hasWebGpu())('webgpu, tensors larger than a binding', () => {
  beforeAll(async () => void (await useBackend('webgpu')));

  // In elements of four values, and of one where their number is no multiple of four.
  it.each([2000, 1999])('%i values one by one: gelu, its gradient, sine', async (count) => {
    const values = noise(count, 1);
    const run = async (): Promise<Float32Array[]> => {
      const [x, dy] = [tf.tensor1d(values), tf.tensor1d(noise(count, 2))];
      const results = [gelu(x), tf.grad((t: tf.Tensor) => gelu(t))(x, dy), tf.sin(x)];
      const read = await Promise.all(results.map((result) => result.data() as Promise<Float32Array>));
      tf.dispose([x, dy, ...results]);
      return read;
    };
    const want = await run();
    await soil([[count]]);
    const restore = lowerLimits({ maxStorageBufferBindingSize: 1024 });
    try {
      expect(await run()).toEqual(want);
    } finally {
      restore();
    }
  });

  it("TensorFlow.js's own ops say that they cannot, with their names", async () => {
    const x = tf.fill([2000], 1);
    const restore = lowerLimits({ maxStorageBufferBindingSize: 1024 });
    try {
      for (const [name, op] of [
        ['Add', () => tf.add(x, x)],
        ['Relu', () => tf.relu(x)],
        ['Sum', () => tf.sum(x)],
      ] as const) {
        expect(op).toThrow(TooLargeForDeviceError);
        expect(op).toThrow(new RegExp(`^${name}: \\[[\\d,]+\\] takes 0\\.0 MB, and this device binds at most`));
      }
    } finally {
      restore();
    }
    expect((await tf.sum(x).data())[0]).toBe(2000);
    x.dispose();
  });

  it.each(Object.entries(layers))('%s: value and gradients, in ranges', async (_, layer) => {
    const outShape = outShapeOf(layer);
    await leavesNothing(async () => {
      const parts = await run(layer, outShape, true);
      const whole = await run(layer, outShape, false);
      expect(parts.dispatches).toBeGreaterThan(whole.dispatches);
      const inputs = layer.shapes.map((shape, i) => noise(tf.util.sizeFromShape(shape), i + 1));
      const wanted = layer.reference(inputs, noise(tf.util.sizeFromShape(outShape), 99));
      for (const { values } of [whole, parts]) {
        for (const [i, got] of values.entries()) {
          await expectClose(got, wanted[i]!, i === 0 ? 2e-5 : 2e-4, i === 0 ? 'value' : `gradient ${i - 1}`);
        }
      }
    });
  });

  it('a row, an example or a weight that is too large is an error that says so', async () => {
    const named: [RegExp, number, Layer][] = [
      [/^linear: the weight takes/, 2, linearLayer(2, 300, 24, 40, null)],
      [/^layerNorm: a row takes/, 1, layerNormLayer(1, 9, 300)],
      [/^groupedConv1d: an example takes/, 1, convLayer(1, [9, 40, 8], [8, 8, 3], 'causal', 'zeros')],
      [/^softmaxCrossEntropy: a row takes/, 1, lossLayer(1, 9, 300)],
    ];
    for (const [message, most, { shapes, op }] of named) {
      await leavesNothing(async () => {
        const inputs = shapes.map((shape) => noiseTensor(shape, 1));
        const restore = lowerLimits({ maxStorageBufferBindingSize: 1024 * most });
        try {
          expect(() => op(...inputs)).toThrow(TooLargeForDeviceError);
          expect(() => op(...inputs)).toThrow(message);
        } finally {
          restore();
          tf.dispose(inputs);
        }
      });
    }
  });

  it('sums of more rows than it binds are added to what is there', async () => {
    const [rows, columns] = [100, 33];
    const x = noise(rows * columns, 1);
    const [given, sums] = [tf.tensor2d(x, [rows, columns]), [tf.fill([30], 1), tf.fill([3], 1)]];
    const restore = lowerLimits({ maxStorageBufferBindingSize: 1024 });
    try {
      sumRowsInto(tf.backend() as unknown as WebGpuBackend, given, rows, sums, 'f32', true);
    } finally {
      restore();
    }
    const got = (await Promise.all(sums.map((sum) => sum.data()))).flatMap((values) => Array.from(values));
    const wanted = Array.from({ length: columns }, (_, c) => 1 + sumOf(rows, (r) => x[r * columns + c]!));
    await expectClose(got, wanted, 1e-6);
    tf.dispose([given, sums]);
  });
});

describe.runIf(await hasHalf())('webgpu, mixed precision, tensors larger than a binding', () => {
  beforeAll(async () => void (await useBackend('webgpu', { precision: 'mixed' })));
  afterAll(async () => void (await useBackend('webgpu')));

  const halved: Record<string, Layer> = {
    'linear, gelu': linearLayer(8, 300, 24, 40, 'gelu'),
    // Rows of an odd number of halves.
    'linear, gelu, odd sizes': linearLayer(8, 300, 27, 33, 'gelu'),
    layerNorm: layerNormLayer(8, 210, 24),
    'groupedConv1d, depthwise': convLayer(2, [9, 20, 8], [8, 8, 3], 'causal', 'zeros'),
    'groupedConv1d, depthwise, odd sizes': convLayer(2, [12, 21, 5], [5, 5, 3], 'same', 'reflect'),
    'groupedConv1d, two groups': convLayer(2, [9, 20, 8], [6, 2, 3], 'same', 'circular'),
    softmaxCrossEntropy: lossLayer(8, 300, 24),
  };

  it.each(Object.entries(halved))('%s: the same value and gradients, in ranges', async (_, layer) => {
    const outShape = outShapeOf(layer);
    await leavesNothing(async () => {
      const parts = await run(layer, outShape, true);
      const whole = await run(layer, outShape, false);
      expect(parts.dispatches).toBeGreaterThan(whole.dispatches);
      for (const [i, values] of parts.values.entries())
        await expectClose(values, whole.values[i]!, 5e-6, `result ${i}`);
    });
  });

  it('rows of odd sizes are not divided where they are kept less their mean, and say so', async () => {
    const { shapes, op } = layerNormLayer(4, 211, 25);
    await leavesNothing(async () => {
      const inputs = shapes.map((shape) => noiseTensor(shape, 1));
      const restore = lowerLimits({ maxStorageBufferBindingSize: 4096 });
      try {
        expect(() => tf.grads((...x: tf.Tensor[]) => op(...x))(inputs)).toThrow(TooLargeForDeviceError);
      } finally {
        restore();
        tf.dispose(inputs);
      }
    });
  });
});

function sumOf(count: number, value: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += value(i);
  return sum;
}
