// What the webgpu engine must do wherever it runs: the ops of this package as their float64 twins do, and errors with a name.
import * as tf from '@tensorflow/tfjs-core';
import * as ops from '../src/ops/index.ts';
import { gelu, geluGrad } from '../src/plain/gelu.ts';
import { groupedConv1d, groupedConv1dGrad } from '../src/plain/grouped-conv1d.ts';
import { layerNorm, layerNormGrad } from '../src/plain/layer-norm.ts';
import { linear, linearGrad } from '../src/plain/linear.ts';
import { paddedRows } from '../src/plain/padded-rows.ts';
import { softmaxCrossEntropy, softmaxCrossEntropyGrad } from '../src/plain/softmax-cross-entropy.ts';
import type { Case, Comparison } from '../src/testing/cases.ts';
import { ids, noise } from '../src/testing/noise.ts';
import { dispatch, type Program, recordDispatches, type WebGpuBackend } from '../src/webgpu-host/index.ts';

/** An op with its gradients at given inputs, and what a reference makes of the gradient of its output. */
function opCase(
  name: string,
  inputs: readonly { readonly values: Float32Array; readonly shape: number[] }[],
  op: (...inputs: tf.Tensor[]) => tf.Tensor,
  reference: (dy: Float32Array) => readonly ArrayLike<number>[],
): Case {
  const run = async (): Promise<Comparison[]> => {
    const xs = inputs.map(({ values, shape }) => tf.tensor(values, shape));
    const y = op(...xs);
    const dyValues = noise(y.size, 99);
    const dy = tf.tensor(dyValues, y.shape);
    const grads = tf.grads((...given: tf.Tensor[]) => op(...given))(xs, dy);
    const [want, ...wantGrads] = reference(dyValues);
    const comparisons = [{ what: 'value', output: await y.data(), want: want!, tolerance: 2e-5 }];
    for (const [i, grad] of grads.entries()) {
      comparisons.push({ what: `gradient ${i}`, output: await grad.data(), want: wantGrads[i]!, tolerance: 2e-4 });
    }
    tf.dispose([xs, y, dy, grads]);
    return comparisons;
  };
  return { name, run };
}

/** Random values of a shape. */
const random = (shape: number[], seed: number, scale = 1) => ({
  shape,
  values: noise(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ).map((v) => v * scale),
});

function layerNormCase(width: number): Case {
  const [x, w, b] = [random([7, 11, width], 1), random([width], 2), random([width], 3)];
  return opCase(
    `layerNorm, ${width} wide`,
    [x, w, b],
    (x, w, b) => ops.layerNorm(x!, w as tf.Tensor1D, b as tf.Tensor1D, 1e-5),
    (dy) => {
      const { dx, dweight, dbias } = layerNormGrad(x.values, dy, width, w.values, 1e-5);
      return [layerNorm(x.values, width, w.values, b.values, 1e-5).y, dx, dweight, dbias];
    },
  );
}

function linearCase(rows: number, inputs: number, outputs: number, activation: 'gelu' | null): Case {
  const sizes = { rows, inputs, outputs };
  const [x, w, b] = [random([rows, inputs], 1), random([outputs, inputs], 2, inputs ** -0.5), random([outputs], 3)];
  const { y, slope } = linear(x.values, w.values, b.values, activation, sizes);
  return opCase(
    `linear, ${rows} of ${inputs} to ${outputs}, activation ${activation}`,
    [x, w, b],
    (x, w, b) => ops.linear(x!, w as tf.Tensor2D, b as tf.Tensor1D, activation),
    (dy) => {
      const { dx, dweight, dbias } = linearGrad(x.values, w.values, dy, slope, sizes);
      return [y, dx, dweight, dbias];
    },
  );
}

function convCase(inputs: number, outputs: number, groups: number, length: number, padding: 'same' | 'causal'): Case {
  const [batch, taps] = [2, 3];
  const sizes = { batch, length, inputs, outputs, groups, taps, rows: paddedRows(length, taps, padding, 'zeros') };
  const [x, w, b] = [
    random([batch, length, inputs], 1),
    random([outputs, inputs / groups, taps], 2),
    random([outputs], 3),
  ];
  return opCase(
    `groupedConv1d, ${inputs} to ${outputs} in ${groups} groups, ${padding}`,
    [x, w, b],
    (x, w, b) => ops.groupedConv1d(x as tf.Tensor3D, w as tf.Tensor3D, b as tf.Tensor1D, { groups, padding }),
    (dy) => {
      const { dx, dweight, dbias } = groupedConv1dGrad(x.values, w.values, dy, sizes);
      return [groupedConv1d(x.values, w.values, b.values, sizes), dx, dweight, dbias];
    },
  );
}

function crossEntropyCase(classes: number): Case {
  const rows = 9;
  const logits = random([rows, classes], 1, 5);
  const labels = ids(rows, classes, 2);
  const [loss, grad] = [softmaxCrossEntropy, softmaxCrossEntropyGrad];
  return opCase(
    `softmaxCrossEntropy, ${classes} classes`,
    [logits],
    (x) => tf.tidy(() => ops.softmaxCrossEntropy(x as tf.Tensor2D, tf.tensor1d(labels, 'int32'))),
    (dy) => [loss(logits.values, labels, classes).loss, grad(logits.values, labels, dy, classes)],
  );
}

const x = random([4099], 7, 2);
const geluCase = opCase('gelu', [x], ops.gelu as (x?: tf.Tensor) => tf.Tensor, (dy) => [
  gelu(x.values),
  geluGrad(x.values, dy),
]);

/** Sine and cosine, with each other's gradients, near and far. */
function waveCase(name: 'sin' | 'cos', count: number): Case {
  const x = { shape: [count], values: noise(count, 4).map((v, i) => v * [1, 30, 2000][i % 3]!) };
  const [op, value, slope] =
    name === 'sin'
      ? [tf.sin<tf.Tensor>, Math.sin, Math.cos]
      : [tf.cos<tf.Tensor>, Math.cos, (v: number) => -Math.sin(v)];
  return opCase(
    `${name} of ${count} values`,
    [x],
    (x) => op(x!),
    (dy) => [Float64Array.from(x.values, value), Float64Array.from(x.values, (v, i) => slope(v) * dy[i]!)],
  );
}

/** What `work` throws or rejects with must match. */
async function expectError(work: () => unknown, wanted: RegExp): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (wanted.test((error as Error).message)) return;
    throw new Error(`the error is '${(error as Error).message}', wanted ${wanted}`);
  }
  throw new Error(`nothing was thrown, wanted ${wanted}`);
}

const backend = (): WebGpuBackend => tf.backend() as unknown as WebGpuBackend;

const halve: Program = {
  name: 'halve',
  buffers: [{ name: 'x', access: 'read_write' }],
  params: { count: 'u32' },
  workgroupSize: 64,
  body: 'let i = group * 64 + local; if (i < params.count) { x[i] = x[i] / 2; }',
};

/** Cases that break their device come last of all: a fresh one takes its place. */
const errors: Case[] = [
  {
    name: 'a grid of more workgroups than one dimension holds',
    run: async () => {
      const count = 64 * 70_000 - 5;
      const x = tf.ones([count]);
      dispatch(backend(), halve, { buffers: { x }, params: { count }, groups: 70_000 });
      const { result, dispatches } = await recordDispatches(() => tf.sum(x));
      if (!dispatches.some(({ name }) => name === 'Sum')) throw new Error(`no Sum in ${JSON.stringify(dispatches)}`);
      const output = await result.data();
      tf.dispose([x, result]);
      return [{ what: 'sum', output, want: [count / 2], tolerance: 1e-6 }];
    },
  },
  {
    name: 'a tensor that is larger than the device binds',
    run: async () => {
      const most = backend().device.limits.maxStorageBufferBindingSize;
      await expectError(() => tf.fill([most / 1024, 257], 1), /^Fill: \[\d+,257\] takes .* MB, and this device binds/);
      return [];
    },
  },
  {
    name: 'a shader that does not compile',
    run: async () => {
      const x = tf.ones([1]);
      dispatch(backend(), { ...halve, body: 'x[0] = nothing;' }, { buffers: { x }, params: { count: 1 }, groups: 1 });
      await expectError(() => x.data(), /^halve: the shader does not compile: .*unresolved value 'nothing'/);
      x.dispose();
      return [];
    },
  },
  {
    name: 'a destroyed device',
    run: async () => {
      const x = tf.tidy(() => tf.sinh(tf.ones([4])));
      backend().device.destroy();
      await expectError(() => x.data(), /^webgpu: the device was destroyed after Sinh/);
      await expectError(() => tf.cosh(x), /^webgpu: the device was destroyed after Sinh/);
      tf.dispose(x);
      return [];
    },
  },
];

export const cases: readonly Case[] = [
  ...[3, 131, 512].map(layerNormCase),
  geluCase,
  linearCase(6, 3, 5, null),
  linearCase(230, 110, 9, 'gelu'),
  linearCase(64, 33, 70, 'gelu'),
  convCase(6, 6, 6, 150, 'same'),
  convCase(4, 8, 4, 31, 'causal'),
  convCase(5, 7, 1, 12, 'same'),
  ...[3, 64, 300].map(crossEntropyCase),
  waveCase('sin', 4096),
  waveCase('cos', 301),
  ...errors,
];
