// ONE suite for every engine: each op against the float64 references, values and gradients; testing/engines.ts lists what
// an engine leaves out.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test as vitestTest } from 'vitest';
import * as ops from './ops/index.ts';
import { gelu, geluGrad } from './plain/gelu.ts';
import { groupedConv1d, groupedConv1dGrad } from './plain/grouped-conv1d.ts';
import { layerNorm, layerNormGrad } from './plain/layer-norm.ts';
import { linear, linearGrad } from './plain/linear.ts';
import { type PaddingMode, paddedRows } from './plain/padded-rows.ts';
import { softmaxCrossEntropy, softmaxCrossEntropyGrad } from './plain/softmax-cross-entropy.ts';
import { engines, start } from './testing/engines.ts';
import { expectClose, ids, leavesNothing, noise, noiseTensor, valueAndGrads } from './testing/numbers.ts';

// Sizes round the four lanes of SIMD, and one that is not small.
const widths = [1, 3, 4, 5, 6, 8, 131];

describe.each(engines)('$name', ({ name, tolerance, leavesOut }) => {
  beforeAll(() => start(name));
  const test = (title: string, run: () => Promise<void>): void => {
    if (leavesOut.includes(title)) vitestTest.skip(`${title} (${name} leaves it out)`, () => {});
    else vitestTest(title, () => leavesNothing(run));
  };

  /** The op's value and gradients against the references; everything disposed. */
  async function compare(
    op: (...inputs: tf.Tensor[]) => tf.Tensor,
    inputs: tf.Tensor[],
    outShape: number[],
    reference: (dy: Float32Array) => ArrayLike<number>[],
    extra = tolerance,
  ): Promise<void> {
    const dyTensor = noiseTensor(outShape, 99);
    const { value, grads } = valueAndGrads(op, inputs, dyTensor);
    const [wanted, ...wantedGrads] = reference((await dyTensor.data()) as Float32Array);
    expect(value.shape).toEqual(outShape);
    await expectClose(value, wanted!, extra, 'value');
    for (const [i, grad] of grads.entries()) {
      expect(grad.shape).toEqual(inputs[i]!.shape);
      await expectClose(grad, wantedGrads[i]!, 3 * extra, `gradient ${i}`);
    }
    tf.dispose([dyTensor, value, grads, inputs]);
  }

  describe('layerNorm', () => {
    for (const width of widths) {
      test(`values and gradients, ${width} wide`, async () => {
        const shape = [2, 3, 11, width];
        const [x, w, b] = [noise(66 * width, 1), noise(width, 2), noise(width, 3)];
        await compare(
          (x, w, b) => ops.layerNorm(x!, w as tf.Tensor1D, b as tf.Tensor1D, 1e-5),
          [tf.tensor(x, shape), tf.tensor1d(w), tf.tensor1d(b)],
          shape,
          (dy) => {
            const { dx, dweight, dbias } = layerNormGrad(x, dy, width, w, 1e-5);
            return [layerNorm(x, width, w, b, 1e-5).y, dx, dweight, dbias];
          },
          // One value has no deviation to divide by: what is left is 1/sqrt(eps) times a rounding error.
          width === 1 ? 1e-3 : 2 * tolerance,
        );
      });
    }

    test('without weight or bias', async () => {
      const x = noise(40, 1);
      await compare(
        (x) => ops.layerNorm(x!, null, null, 1e-12),
        [tf.tensor(x, [5, 8])],
        [5, 8],
        (dy) => [layerNorm(x, 8, null, null, 1e-12).y, layerNormGrad(x, dy, 8, null, 1e-12).dx],
        2 * tolerance,
      );
    });

    test('says what does not fit', async () => {
      const [x, w] = [tf.zeros([2, 3]), tf.zeros([4]) as tf.Tensor1D];
      expect(() => ops.layerNorm(x, w)).toThrow('layerNorm: weight must have shape [3], got [4]');
      expect(() => tf.tidy(() => ops.layerNorm(tf.scalar(1)))).toThrow('layerNorm: x must have at least 1 axis');
      expect(() => ops.layerNorm(x, null, null, -1)).toThrow('layerNorm: eps must be 0 or more, got -1');
      tf.dispose([x, w]);
    });
  });

  describe('gelu', () => {
    for (const width of [...widths.slice(1), 4099]) {
      test(`values and gradients, ${width} values`, async () => {
        const x = noise(width, 7).map((v) => 2 * v);
        await compare(
          (x) => ops.gelu(x!),
          [tf.tensor(x)],
          [width],
          (dy) => [gelu(x), geluGrad(x, dy)],
        );
      });
    }

    test('far from zero', async () => {
      const x = [-100, -20, -6, -1e-8, 0, 1e-8, 6, 20, 100];
      await compare(
        (x) => ops.gelu(x!),
        [tf.tensor1d(x)],
        [9],
        (dy) => [gelu(x), geluGrad(x, dy)],
      );
    });

    test('says what does not fit', async () => {
      const x = tf.zeros([2], 'int32');
      expect(() => ops.gelu(x)).toThrow('gelu: x must be float32, got int32');
      x.dispose();
    });
  });

  describe('groupedConv1d', () => {
    const cases: [inputs: number, outputs: number, groups: number][] = [
      ...widths.slice(0, 6).map((c): [number, number, number] => [c, c, c]),
      ...[1, 3, 4, 8].map((c): [number, number, number] => [c, 2 * c, c]),
      ...[2, 4, 6, 10].map((c): [number, number, number] => [c, c, c / 2]),
      [6, 4, 2],
      [5, 7, 1],
      [67, 67, 67],
    ];
    for (const [inputs, outputs, groups] of cases) {
      for (const [taps, padding, mode] of [
        [3, 'same', 'zeros'],
        [5, 'same', 'circular'],
        [4, 'causal', 'zeros'],
        [3, 'same', 'reflect'],
      ] as [number, 'same' | 'causal', PaddingMode][]) {
        test(`${inputs} to ${outputs} in ${groups} groups, ${taps} taps, ${padding}, ${mode}`, async () => {
          const [batch, length] = [2, 7];
          const rows = paddedRows(length, taps, padding, mode);
          const sizes = { batch, length, inputs, outputs, groups, taps, rows };
          const x = noise(batch * length * inputs, 1);
          const w = noise((outputs * inputs * taps) / groups, 2);
          const b = noise(outputs, 3);
          await compare(
            (x, w, b) =>
              ops.groupedConv1d(x as tf.Tensor3D, w as tf.Tensor3D, b as tf.Tensor1D, { groups, padding, mode }),
            [tf.tensor(x, [batch, length, inputs]), tf.tensor(w, [outputs, inputs / groups, taps]), tf.tensor1d(b)],
            [batch, length, outputs],
            (dy) => {
              const { dx, dweight, dbias } = groupedConv1dGrad(x, w, dy, sizes);
              return [groupedConv1d(x, w, b, sizes), dx, dweight, dbias];
            },
          );
        });
      }
    }

    test('without a bias, longer than a block of partial sums', async () => {
      const sizes = { batch: 1, length: 150, inputs: 6, outputs: 6, groups: 6, taps: 3 };
      const rows = paddedRows(150, 3, 'same', 'zeros');
      const [x, w] = [noise(900, 1), noise(18, 2)];
      await compare(
        (x, w) => ops.groupedConv1d(x as tf.Tensor3D, w as tf.Tensor3D, null, { groups: 6, padding: 'same' }),
        [tf.tensor(x, [1, 150, 6]), tf.tensor(w, [6, 1, 3])],
        [1, 150, 6],
        (dy) => {
          const { dx, dweight } = groupedConv1dGrad(x, w, dy, { ...sizes, rows });
          return [groupedConv1d(x, w, null, { ...sizes, rows }), dx, dweight];
        },
      );
    });

    test('says what does not fit', async () => {
      const x = tf.zeros([1, 4, 6]) as tf.Tensor3D;
      const run = (shape: [number, number, number], options: ops.GroupedConv1dOptions) => () =>
        tf.tidy(() => ops.groupedConv1d(x, tf.zeros(shape), null, options));
      expect(run([6, 1, 3], { groups: 4, padding: 'same' })).toThrow('groups must divide the 6 channels of x, got 4');
      expect(run([6, 2, 3], { groups: 6, padding: 'same' })).toThrow('weight must have shape [*,1,*], got [6,2,3]');
      expect(run([6, 1, 4], { groups: 6, padding: 'same' })).toThrow("'same' needs an odd number of taps, got 4");
      expect(run([6, 1, 9], { groups: 6, padding: 'same', mode: 'reflect' })).toThrow(
        'must be less than the length, 4',
      );
      expect(run([6, 1, 3], { groups: 6, padding: 'valid' as 'same' })).toThrow("'same' or 'causal', got 'valid'");
      x.dispose();
    });
  });

  describe('linear', () => {
    for (const activation of [null, 'gelu'] as const) {
      for (const [rows, inputs, outputs] of [
        [6, 1, 1],
        [6, 3, 5],
        [6, 8, 4],
        [6, 33, 70],
        // More than one block of rows.
        [230, 1100, 9],
        [206, 9, 1300],
        // Rows enough for sums in parts.
        [1030, 12, 10],
      ] as const) {
        test(`values and gradients, ${rows} of ${inputs} to ${outputs}, activation ${activation}`, async () => {
          const sizes = { rows, inputs, outputs };
          const [x, w, b] = [noise(rows * inputs, 1), noise(outputs * inputs, 2), noise(outputs, 3)];
          // Sums of the order of 1, where gelu bends.
          for (let i = 0; i < w.length; i++) w[i]! /= Math.sqrt(inputs);
          const { y, slope } = linear(x, w, b, activation, sizes);
          await compare(
            (x, w, b) => ops.linear(x!, w as tf.Tensor2D, b as tf.Tensor1D, activation),
            [tf.tensor(x, [rows / 2, 2, inputs]), tf.tensor(w, [outputs, inputs]), tf.tensor1d(b)],
            [rows / 2, 2, outputs],
            (dy) => {
              const { dx, dweight, dbias } = linearGrad(x, w, dy, slope, sizes);
              return [y, dx, dweight, dbias];
            },
          );
        });
      }

      test(`without a bias, activation ${activation}`, async () => {
        const sizes = { rows: 7, inputs: 5, outputs: 6 };
        const [x, w] = [noise(35, 1), noise(30, 2)];
        const { y, slope } = linear(x, w, null, activation, sizes);
        await compare(
          (x, w) => ops.linear(x!, w as tf.Tensor2D, null, activation),
          [tf.tensor(x, [7, 5]), tf.tensor(w, [6, 5])],
          [7, 6],
          (dy) => {
            const { dx, dweight } = linearGrad(x, w, dy, slope, sizes);
            return [y, dx, dweight];
          },
        );
      });
    }

    test('the same value whether a gradient may be asked for or not', async () => {
      const [x, w] = [noiseTensor([40, 7], 1), noiseTensor([9, 7], 2) as tf.Tensor2D];
      const alone = ops.linear(x, w, null, 'gelu');
      const { value, grad } = tf.valueAndGrad((x) => ops.linear(x as tf.Tensor, w, null, 'gelu'))(x) as {
        value: tf.Tensor;
        grad: tf.Tensor;
      };
      expect(await value.data()).toEqual(await alone.data());
      tf.dispose([x, w, alone, value, grad]);
    });

    test('of nothing: no rows, and rows without inputs', async () => {
      for (const [shape, inputs] of [
        [[2, 0, 3], 3],
        [[2, 0], 0],
      ] as const) {
        await compare(
          (x, w, b) => ops.linear(x!, w as tf.Tensor2D, b as tf.Tensor1D),
          [tf.zeros([...shape]), tf.zeros([4, inputs]), tf.tensor1d([1, 2, 3, 4])],
          [...shape.slice(0, -1), 4],
          (dy) => [
            inputs === 0 ? [1, 2, 3, 4, 1, 2, 3, 4] : [],
            [],
            new Float64Array(4 * inputs),
            [0, 1, 2, 3].map((o) => (dy[o] ?? 0) + (dy[o + 4] ?? 0)),
          ],
        );
      }
    });

    test('says what does not fit', async () => {
      const [x, w] = [tf.zeros([2, 3]), tf.zeros([5, 4]) as tf.Tensor2D];
      expect(() => ops.linear(x, w)).toThrow('linear: weight must have shape [*,3], got [5,4]');
      const fitting = tf.zeros([5, 3]) as tf.Tensor2D;
      expect(() => ops.linear(x, fitting, null, 'relu' as 'gelu')).toThrow(
        `linear: activation must be 'gelu' or null, got "relu"`,
      );
      fitting.dispose();
      tf.dispose([x, w]);
    });
  });

  describe('embedding', () => {
    for (const width of widths) {
      test(`values and gradients, ${width} wide`, async () => {
        const [rows, count] = [9, 30];
        const table = noise(rows * width, 1);
        const picked = ids(count, rows, 2);
        const pickedTensor = tf.tensor(picked, [5, 6], 'int32');
        await compare(
          (table) => ops.embedding(pickedTensor, table as tf.Tensor2D),
          [tf.tensor(table, [rows, width])],
          [5, 6, width],
          (dy) => {
            const y = Float64Array.from({ length: count * width }, (_, i) => {
              return table[picked[Math.floor(i / width)]! * width + (i % width)]!;
            });
            const dtable = new Float64Array(rows * width);
            for (let i = 0; i < dy.length; i++) {
              dtable[picked[Math.floor(i / width)]! * width + (i % width)]! += dy[i]!;
            }
            return [y, dtable];
          },
        );
        pickedTensor.dispose();
      });
    }

    test('many ids of a table of more rows than a block has, always the same sums', async () => {
      const [rows, count, width] = [150, 1000, 36];
      const picked = ids(count, rows, 2);
      const [x, segments] = [noiseTensor([count, width], 1), tf.tensor1d(picked, 'int32')];
      const run = () => tf.unsortedSegmentSum(x, segments, rows);
      const [first, second] = [run(), run()];
      const values = await x.data();
      const wanted = new Float64Array(rows * width);
      for (const [i, value] of values.entries()) wanted[picked[Math.floor(i / width)]! * width + (i % width)]! += value;
      await expectClose(first, wanted, tolerance);
      expect(await second.data()).toEqual(await first.data());
      tf.dispose([x, segments, first, second]);
    });

    test('refuses an id outside the table', async () => {
      const [bad, table] = [tf.tensor1d([0, 5], 'int32'), tf.zeros([5, 2]) as tf.Tensor2D];
      expect(() => tf.tidy(() => ops.embedding(bad, table))).toThrow(/5/);
      tf.dispose([bad, table]);
    });
  });

  describe('softmaxCrossEntropy', () => {
    for (const classes of [...widths.slice(1), 300]) {
      test(`values and gradients, ${classes} classes`, async () => {
        const rows = 5;
        const logits = noise(rows * classes, 1).map((v) => 5 * v);
        const labels = ids(rows, classes, 2);
        const labelTensor = tf.tensor1d(labels, 'int32');
        await compare(
          (logits) => ops.softmaxCrossEntropy(logits as tf.Tensor2D, labelTensor),
          [tf.tensor(logits, [rows, classes])],
          [rows],
          (dy) => [
            softmaxCrossEntropy(logits, labels, classes).loss,
            softmaxCrossEntropyGrad(logits, labels, dy, classes),
          ],
        );
        labelTensor.dispose();
      });
    }

    test('stays finite for huge logits', async () => {
      const [logits, label] = [tf.tensor2d([[1e4, -1e4, 0]]), tf.tensor1d([1], 'int32')];
      const loss = ops.softmaxCrossEntropy(logits, label);
      await expectClose(loss, [2e4], 1e-6);
      tf.dispose([logits, label, loss]);
    });

    test('refuses a label that is no class', async () => {
      const [logits, labels] = [tf.zeros([2, 3]) as tf.Tensor2D, tf.tensor1d([0, 3], 'int32')];
      expect(() => tf.tidy(() => ops.softmaxCrossEntropy(logits, labels))).toThrow('labels[1] is 3; want 0..2');
      tf.dispose([logits, labels]);
    });
  });
});
