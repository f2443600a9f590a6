// The layer is its parts put together, and its kernel may come from another sequence.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { engines, error, Rng, randomArray, start, values } from '../../test/engines.ts';
import { createConditioning, DdConv, ddConv, ImplicitFilter, normal } from '../index.ts';

const [batch, length, width, lMax] = [2, 12, 3, 16];

describe.each(engines)('%s', (engine) => {
  beforeAll(() => start(engine));
  const sequence = (seed: number) =>
    tf.tensor3d(randomArray(new Rng(seed), batch * length * width), [batch, length, width]);

  it('is ddConv of the networks that it names', async () => {
    const before = tf.memory().numTensors;
    const layer = new DdConv({ width, lMax, norm: 'ortho', filter: { order: 5, numInnerMlps: 0 } }, new Rng(4));
    const rng = new Rng(4);
    const conditioning = createConditioning({ width, norm: 'ortho' }, rng);
    const skip = normal(rng, [width]) as tf.Tensor1D;
    const filter = new ImplicitFilter({ width, lMax, order: 5, numInnerMlps: 0 }, rng);
    const [x, u] = [sequence(1), sequence(2)];
    const [own, other] = [layer.forward(x), layer.forward(x, u)];
    for (const [got, from] of [
      [own, x],
      [other, u],
    ] as const) {
      const want = tf.tidy(() =>
        ddConv(x, { spectrum: conditioning.forward(from), kernel: filter.forward(length), skip, norm: 'ortho' }),
      );
      expect(error(await values(got), await values(want))).toBeLessThan(1e-6);
      want.dispose();
    }
    expect(error(await values(other), await values(own))).toBeGreaterThan(1e-3);
    expect([...layer.namedParameters().keys()].map((name) => name.split('.')[0])).toEqual(
      expect.arrayContaining(['skip', 'conditioning', 'filter']),
    );
    tf.dispose([x, u, own, other, skip]);
    for (const module of [layer, conditioning, filter]) module.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('rolls with its input where it has no static kernel', async () => {
    const layer = new DdConv({ width, lMax, staticKernel: false, paddingMode: 'circular', norm: 'ortho' }, new Rng(1));
    const roll = (x: tf.Tensor3D) =>
      tf.tidy(() => tf.concat([tf.slice(x, [0, length - 5], [-1, 5]), tf.slice(x, [0, 0], [-1, length - 5])], 1));
    const x = sequence(3);
    const [first, last] = tf.tidy(() => [roll(layer.forward(x)), layer.forward(roll(x) as tf.Tensor3D)]);
    expect(error(await values(last!), await values(first!))).toBeLessThan(2e-6);
    tf.dispose([x, first!, last!]);
    layer.dispose();
  });
});

describe('what the layer refuses', () => {
  beforeAll(() => start('cpu'));

  it('names it', () => {
    const layer = new DdConv({ width, lMax, filter: { order: 4 } }, new Rng(1));
    const zeros = (shape: number[]) => tf.zeros<tf.Rank>(shape) as tf.Tensor3D;
    const given = (shape: number[], u?: number[]) => () =>
      tf.tidy(() => layer.forward(zeros(shape), ...(u ? [zeros(u)] : [])));
    expect(given([2, 17, 3])).toThrow('DdConv: x has shape [2,17,3]; want [batch, 1 to 16, 3]');
    expect(given([2, 6, 4])).toThrow('DdConv: x has shape [2,6,4]');
    expect(given([2, 6])).toThrow('DdConv: x has shape [2,6]; want rank 3');
    expect(given([2, 6, 3], [2, 5, 3])).toThrow('DdConv: u has shape [2,5,3]; want the shape of x, [2,6,3]');
    expect(() => new DdConv({ width, lMax: 0 }, new Rng(1))).toThrow('DdConv: lMax is 0; want a positive integer');
    expect(() => new DdConv({ width, lMax, kernal: 1 } as never, new Rng(1))).toThrow("unknown option 'kernal'");
    layer.dispose();
  });
});
