// Every replaced kernel of the wasm engine against the cpu engine's, the cases it hands back to tfjs included.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { useBackend } from '../index.ts';
import { expectClose, ids, noiseTensor } from '../testing/numbers.ts';
import { installWasmOverrides, overrides } from './index.ts';
import { asSwap } from './transpose.ts';

/** The same on both engines: shapes, dtypes and values, and nothing left behind. */
async function sameOnBoth(run: () => tf.Tensor | tf.Tensor[], tolerance = 2e-6): Promise<void> {
  const results: { shape: number[]; dtype: string; values: Float32Array }[][] = [];
  for (const name of ['cpu', 'wasm'] as const) {
    await useBackend(name);
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

const warnings: unknown[] = [];
beforeAll(async () => {
  vi.spyOn(console, 'warn').mockImplementation((...words) => void warnings.push(words));
  await useBackend('cpu');
});
afterAll(() => vi.restoreAllMocks());

describe('BatchMatMul', () => {
  const cases: [a: number[], b: number[], transposeA: boolean, transposeB: boolean][] = [];
  for (const [m, k, n] of [
    [1, 1, 1],
    [3, 5, 7],
    [8, 4, 12],
    [17, 33, 6],
    [2, 700, 9],
  ] as const) {
    for (const [ta, tb] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      const [a, b] = [ta ? [k, m] : [m, k], tb ? [n, k] : [k, n]];
      cases.push([a, b, ta, tb], [[2, 3, ...a], [2, 3, ...b], ta, tb], [[4, ...a], [1, ...b], ta, tb]);
    }
  }
  cases.push([[1, 3, 2, 5], [2, 1, 5, 4], false, false], [[2, 0, 3], [2, 3, 4], false, false]);
  cases.push([[2, 3, 0], [2, 0, 4], false, false]);
  test.each(cases)('[%j] by [%j], transposed %s, %s', (a, b, ta, tb) =>
    sameOnBoth(() => tf.matMul(noiseTensor(a, 1), noiseTensor(b, 2), ta, tb)),
  );

  test('gradients', () =>
    sameOnBoth(() =>
      tf.grads((a, b) => tf.matMul(a, b, false, true))([noiseTensor([2, 6, 5], 1), noiseTensor([2, 7, 5], 2)]),
    ));

  test('sizes that do not fit', async () => {
    await useBackend('wasm');
    expect(() => tf.tidy(() => tf.matMul(tf.zeros([2, 3]), tf.zeros([2, 3]), true, true))).toThrow(/inner shapes/);
  });
});

test('linear products stay right when the values behind them change', () =>
  // XNNPACK keeps b's packed form by the number of its tensor: a new tensor at the old address must not meet it.
  sameOnBoth(() =>
    [1, 2, 3].map((seed) =>
      tf.tidy(() => tf.matMul(noiseTensor([4, 8], seed), noiseTensor([6, 8], seed + 9), false, true)),
    ),
  ));

test.each([
  [
    [5, 7],
    [1, 0],
  ],
  [
    [64, 32],
    [1, 0],
  ],
  [
    [33, 130],
    [1, 0],
  ],
  [
    [2, 5, 9],
    [0, 2, 1],
  ],
  [
    [2, 5, 9],
    [1, 0, 2],
  ],
  [
    [2, 5, 9],
    [2, 0, 1],
  ],
  [
    [2, 5, 9],
    [2, 1, 0],
  ],
  [
    [2, 3, 4, 5],
    [0, 2, 1, 3],
  ],
  [
    [2, 3, 4, 5],
    [0, 1, 3, 2],
  ],
  [
    [1, 6, 1, 5],
    [3, 2, 1, 0],
  ],
  [
    [1, 6, 1, 5],
    [2, 1, 0, 3],
  ],
  [
    [4, 0],
    [1, 0],
  ],
])('Transpose %j by %j', (shape, perm) =>
  sameOnBoth(() => [
    tf.transpose(noiseTensor(shape, 1), perm),
    tf.transpose(tf.cast(tf.mul(noiseTensor(shape, 1), 9), 'int32'), perm),
    tf.transpose(tf.greater(noiseTensor(shape, 1), 0), perm),
  ]),
);

test('which transposes are swaps', () => {
  expect(asSwap([2, 3, 4], [0, 2, 1])).toEqual({ outer: 2, rows: 3, columns: 4 });
  expect(asSwap([2, 3, 4], [1, 2, 0])).toEqual({ outer: 1, rows: 2, columns: 12 });
  expect(asSwap([2, 1, 4], [1, 0, 2])).toBe('identity');
  expect(asSwap([2, 3, 4], [2, 1, 0])).toBeUndefined();
  expect(asSwap([2, 3, 4], [1, 0, 2])).toBeUndefined();
});

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

test('UnsortedSegmentSum drops what is no segment', () =>
  sameOnBoth(() => {
    const segments = tf.tensor1d([0, 3, 2, 3, -1, 7], 'int32');
    return [
      tf.unsortedSegmentSum(noiseTensor([6, 5], 1), segments, 4),
      tf.unsortedSegmentSum(noiseTensor([6, 2, 3], 1), segments, 4),
      tf.unsortedSegmentSum(noiseTensor([6], 1), segments, 4),
    ];
  }));

describe('convolution gradients', () => {
  const options: [stride: number, pad: 'same' | 'valid' | number, dilation: number][] = [
    [1, 'same', 1],
    [2, 'same', 1],
    [1, 'valid', 1],
    [2, 1, 1],
  ];
  // A number as padding goes with square filters: for others tfjs works out the width of the output from the height of the
  // filter, and its own forward kernel then writes beyond it. Dilated gradients tfjs-core refuses.
  test.each(options.flatMap((o) => [1, 3, 8].map((c) => [c, ...o] as const)))(
    'conv2d, %i channels, stride %i, pad %s, dilation %i',
    (channels, stride, pad, dilation) =>
      sameOnBoth(
        () =>
          tf.grads((x, w) => tf.square(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad, 'NHWC', dilation)))([
            noiseTensor([2, 7, 6, channels], 1),
            noiseTensor([3, pad === 1 ? 3 : 2, channels, 5], 2),
          ]),
        5e-6,
      ),
  );

  test.each(options.flatMap((o) => [1, 3, 8].flatMap((c) => [1, 2].map((m) => [c, m, ...o] as const))))(
    'depthwiseConv2d, %i channels, multiplier %i, stride %i, pad %s, dilation %i',
    (channels, multiplier, stride, pad, dilation) =>
      sameOnBoth(
        () =>
          tf.grads((x, w) =>
            tf.square(tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad, 'NHWC', dilation)),
          )([noiseTensor([2, 7, 6, channels], 1), noiseTensor([3, pad === 1 ? 3 : 2, channels, multiplier], 2)]),
        5e-6,
      ),
  );

  test('conv1d', () =>
    sameOnBoth(() =>
      tf.grads((x, w) => tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, 1, 'same'))([
        noiseTensor([2, 9, 4], 1),
        noiseTensor([3, 4, 6], 2),
      ]),
    ));
});

test('Identity shares values, and letting go of one keeps the other', async () => {
  await useBackend('wasm');
  const x = noiseTensor([5], 1);
  const wanted = await x.data();
  const copy = tf.clone(x);
  x.dispose();
  await expectClose(copy, wanted as Float32Array, 0);
  copy.dispose();
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
      tf.softmax,
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
