// Every replaced kernel of the wasm engine against the cpu engine's, the cases it hands back to tfjs included.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { useBackend } from '../index.ts';
import { sameOnBoth } from '../testing/both.ts';
import { expectClose, ids, noiseTensor } from '../testing/numbers.ts';
import { installWasmOverrides, overrides } from './index.ts';

const warnings: unknown[] = [];
beforeAll(async () => {
  vi.spyOn(console, 'warn').mockImplementation((...words) => void warnings.push(words));
  await useBackend('cpu');
});
afterAll(() => vi.restoreAllMocks());

describe.each([false, true])('Sum, keepDims %s', (keepDims) => {
  test.each([
    [[300, 7], [0]],
    [[300, 64], [0]],
    [[5, 1031], [1]],
    [[5, 4000], [1]],
    [
      [3, 4, 21],
      [0, 1],
    ],
    [[3, 4, 21], [1]],
    [
      [3, 4, 21],
      [0, 2],
    ],
    [
      [3, 4, 21],
      [0, 1, 2],
    ],
    [[3, 4, 21], [-1]],
    [[3, 4], []],
    [[0, 4], [0]],
  ])('%j over %j', (shape, axes) =>
    sameOnBoth(() => [
      tf.sum(noiseTensor(shape, 1), axes, keepDims),
      tf.sum(tf.cast(tf.mul(noiseTensor(shape, 1), 9), 'int32'), axes, keepDims),
    ]),
  );
});

describe('GatherV2', () => {
  test.each([
    [[9, 5], 0],
    [[9], 0],
    [[3, 9, 5], 1],
    [[3, 9], -1],
  ])('%j along axis %i, and its gradient', (shape, axis) =>
    sameOnBoth(() => {
      const picked = tf.tensor(ids(12, 9, 1), [3, 4], 'int32');
      const x = noiseTensor(shape, 2);
      return [
        tf.gather(x, picked, axis),
        tf.gather(tf.cast(x, 'int32'), picked, axis),
        tf.grad((x) => tf.square(tf.gather(x, picked, axis)))(x),
      ];
    }),
  );

  test('batched', () =>
    sameOnBoth(() => tf.gather(noiseTensor([2, 5, 3], 1), tf.tensor2d([1, 4, 0, 2], [2, 2], 'int32'), 1, 1)));

  test('an index outside', async () => {
    await useBackend('wasm');
    const before = tf.memory().numDataBuffers;
    const gather = (): tf.Tensor => tf.tidy(() => tf.gather(tf.zeros([4, 2]), tf.tensor1d([0, -1], 'int32')));
    expect(gather).toThrow('gather: indices[1] is -1; want 0..3 (axis 0 of [4,2])');
    expect(tf.memory().numDataBuffers).toBe(before);
  });
});

test.each([
  [
    [7, 5],
    [0, 0],
    [7, 5],
  ],
  [
    [7, 5],
    [2, 0],
    [3, 5],
  ],
  [
    [7, 5],
    [0, 1],
    [7, 3],
  ],
  [
    [7, 5],
    [2, 1],
    [-1, -1],
  ],
  [
    [2, 7, 5],
    [0, 3, 0],
    [2, 4, 5],
  ],
  [
    [2, 7, 5],
    [0, 3, 0],
    [2, 0, 5],
  ],
  [[6], [2], [3]],
])('Slice %j from %j, sizes %j', (shape, begin, size) =>
  sameOnBoth(() => [
    tf.slice(noiseTensor(shape, 1), begin, size),
    tf.slice(tf.cast(tf.mul(noiseTensor(shape, 1), 9), 'int32'), begin, size),
    tf.slice(tf.greater(noiseTensor(shape, 1), 0), begin, size),
    tf.grad((x) => tf.square(tf.slice(x, begin, size)))(noiseTensor(shape, 1)),
  ]),
);

test.each<[number[], number | number[], number]>([
  [[7, 6], 3, -1],
  [[7, 6], [1, 5], 1],
  [[6, 5], 2, 0],
  [[2, 9, 3], [2, -1, 3], 1],
  [[2, 5], [0, 5], 1],
])('SplitV %j into %j along %i', (shape, parts, axis) =>
  sameOnBoth(() => [
    ...tf.split(noiseTensor(shape, 1), parts, axis),
    tf.grad((x) => tf.square(tf.split(x, parts, axis)[1]!))(noiseTensor(shape, 1)),
  ]),
);

test.each(['cpu', 'wasm'] as const)('UnsortedSegmentSum on %s wants one id a row', async (name) => {
  await useBackend(name);
  for (const count of [1, 5]) {
    const run = (): tf.Tensor =>
      tf.tidy(() => tf.unsortedSegmentSum(tf.ones([3, 2]), tf.zeros([count], 'int32') as tf.Tensor1D, 4));
    expect(run).toThrow(`segmentIds has shape [${count}]; want one id a row of x, which is [3,2]`);
  }
});

test('UnsortedSegmentSum drops what is no segment', () =>
  sameOnBoth(() => {
    const segments = tf.tensor1d([0, 3, 2, 3, -1, 7], 'int32');
    return [
      tf.unsortedSegmentSum(noiseTensor([6, 5], 1), segments, 4),
      tf.unsortedSegmentSum(noiseTensor([6, 2, 3], 1), segments, 4),
      tf.unsortedSegmentSum(noiseTensor([6], 1), segments, 4),
    ];
  }));

test('Identity shares values, and letting go of one keeps the other', async () => {
  await useBackend('wasm');
  const x = noiseTensor([5], 1);
  const wanted = await x.data();
  const { numDataBuffers } = tf.memory();
  const copy = tf.clone(x);
  expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
  x.dispose();
  await expectClose(copy, wanted as Float32Array, 0);
  copy.dispose();
  expect(tf.memory().numDataBuffers).toBe(numDataBuffers - 1);
});

test('a copy of a variable keeps the values that it had', async () => {
  await useBackend('wasm');
  const variable = tf.variable(tf.tensor1d([1, 2]));
  const [copy, same, whole] = [tf.clone(variable), tf.cast(variable, 'float32'), tf.slice(variable, [0], [2])];
  const next = tf.tensor1d([5, 6]);
  variable.assign(next);
  next.dispose();
  expect([...(await variable.data())]).toEqual([5, 6]);
  variable.dispose();
  for (const kept of [copy, same, whole]) {
    expect([...(await kept.data())]).toEqual([1, 2]);
    kept.dispose();
  }
});

test('gradients of common ops run on wasm', () =>
  sameOnBoth(() => {
    const x = noiseTensor([4, 6], 3);
    const positive = tf.add(tf.abs(x), 0.5);
    const ops: ((x: tf.Tensor) => tf.Tensor)[] = [
      tf.sign,
      tf.erf,
      tf.softplus,
      tf.elu,
      tf.selu,
      tf.relu,
      tf.relu6,
      tf.leakyRelu,
      tf.sigmoid,
      tf.tanh,
      tf.exp,
      tf.expm1,
      tf.sin,
      tf.cos,
      tf.square,
      tf.abs,
      tf.neg,
      // Of softmax alone the sum is 1 and the gradient nothing but rounding.
      (x) => tf.mul(tf.softmax(x), x),
      tf.logSoftmax,
      tf.step,
      tf.atan,
      tf.sinh,
      tf.cosh,
      (x) => tf.max(x, 1),
      (x) => tf.mean(x, 0),
      (x) => tf.norm(x),
      (x) => tf.clipByValue(x, -1, 1),
      (x) => tf.concat([x, x], 1),
      (x) => tf.slice(x, [1, 2], [2, 3]),
      (x) =>
        tf.pad(x, [
          [1, 0],
          [0, 2],
        ]),
      (x) => tf.stack(tf.split(x, 2, 1)),
      (x) => tf.tile(x, [2, 2]),
      (x) => tf.cumsum(x, 1),
      (x) => tf.reverse(x, 1),
      (x) => tf.prod(x, 1),
      (x) => tf.pow(tf.abs(x), 2.5),
      (x) => tf.where(tf.tensor([true, false, true, false, true, true]), x, tf.mul(x, 2)),
      (x) => tf.maxPool(tf.reshape(x, [1, 4, 6, 1]) as tf.Tensor4D, 2, 2, 'same'),
      (x) => tf.avgPool(tf.reshape(x, [1, 4, 6, 1]) as tf.Tensor4D, 2, 2, 'same'),
      (x) => tf.maximum(x, 0.1),
      (x) => tf.minimum(x, 0.1),
      (x) => tf.squaredDifference(x, 1),
      (x) => tf.logSumExp(x, 1),
    ];
    const onPositive: ((x: tf.Tensor) => tf.Tensor)[] = [tf.log, tf.log1p, tf.sqrt, tf.rsqrt, tf.reciprocal];
    return [...ops.map((op) => tf.grad(op)(x)), ...onPositive.map((op) => tf.grad(op)(positive))];
  }, 2e-5));

test('a training step of tfjs ops runs on wasm: variables, Adam, dropout-free', () =>
  sameOnBoth(() => {
    const w = tf.variable(noiseTensor([6, 3], 1));
    const optimizer = tf.train.adam(0.1);
    const x = noiseTensor([8, 6], 2);
    for (let i = 0; i < 3; i++) optimizer.minimize(() => tf.mean(tf.square(tf.sub(tf.matMul(x, w), 1))) as tf.Scalar);
    const result = tf.clone(w);
    w.dispose();
    optimizer.dispose();
    return result;
  }, 1e-5));

test('installing again changes nothing and warns of nothing', async () => {
  await useBackend('wasm');
  const kernels = overrides.map(({ kernelName }) => tf.getKernel(kernelName, 'wasm'));
  installWasmOverrides();
  expect(overrides.map(({ kernelName }) => tf.getKernel(kernelName, 'wasm'))).toEqual(kernels);
  expect(warnings).toEqual([]);
});
