// The implicit filter against its formulas in float64, its parameters and their gradients.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { engines, error, Rng, randomArray, start, values } from '../../test/engines.ts';
import { Decay, decayRates, KEPT_BYTES } from './decay.ts';
import { ImplicitFilter, type ImplicitFilterOptions } from './implicit-filter.ts';

describe.each(engines)('%s', (engine) => {
  beforeAll(() => start(engine));

  it.each<ImplicitFilterOptions>([
    { width: 6, lMax: 20, order: 8, embDim: 5, numInnerMlps: 1, w: 2 },
    { width: 1, lMax: 7, order: 4, embDim: 3, numInnerMlps: 0, w: 1 },
    { width: 3, lMax: 1, order: 4, embDim: 7, numInnerMlps: 1, w: 1 },
  ])('is its formula: %o', async (options) => {
    const { lMax, width, embDim = 5, order = 64 } = options;
    const filter = new ImplicitFilter(options, new Rng(3));
    const p = new Map<string, Float32Array>();
    for (const [name, { value }] of filter.namedParameters()) p.set(name, await values(value));
    const bands = (embDim - 1) / 2;
    const want = new Float64Array(lMax * width);
    for (let t = 0; t < lMax; t++) {
      const time = lMax === 1 ? 0 : t / (lMax - 1);
      const f = (j: number) => (bands === 1 ? 1e-4 : 1e-4 + (j * (bands - 1 - 1e-4)) / (bands - 1));
      const angles = Array.from({ length: bands }, (_, j) => (f(j) * 2 * Math.PI * t) / lMax);
      let h = [time, ...angles.map(Math.cos), ...angles.map((a) => -Math.sin(a))];
      for (let i = 0; p.has(`layers.${i}.weight`); i++) {
        const weight = p.get(`layers.${i}.weight`)!;
        const bias = p.get(`layers.${i}.bias`);
        const inputs = h;
        h = Array.from({ length: weight.length / inputs.length }, (_, o) => {
          const sum = inputs.reduce((s, v, k) => s + v * weight[o * inputs.length + k]!, bias?.[o] ?? 0);
          return bias ? Math.sin(p.get('freq')![o]! * sum) : sum;
        });
      }
      for (let c = 0; c < width; c++) {
        const [slow, fast] = [Math.log(0.01) / 1.5, Math.log(0.01) / 0.3];
        const delta = slow + (width === 1 ? 0 : ((fast - slow) * c) / (width - 1));
        want[t * width + c] = h[c]! * Math.exp(-time * Math.abs(delta));
      }
    }
    expect(p.get('freq')!.length).toBe(order);
    expect(error(await values(filter.forward(lMax)), want)).toBeLessThan(1e-5);
    const short = Math.ceil(lMax / 2);
    expect(error(await values(filter.forward(short)), want.slice(0, short * width))).toBeLessThan(1e-5);
    filter.dispose();
  });

  it('has the same kernel and gradients when it is too large for its window to be kept', async () => {
    const width = 8;
    const lMax = KEPT_BYTES / (4 * width);
    const decays = [lMax, lMax + 1].map((rows) => new Decay(width, rows));
    const before = tf.memory().numBytes;
    const h = tf.ones([5, width]) as tf.Tensor2D;
    const bytes = tf.memory().numBytes - before;
    for (const [i, decay] of decays.entries()) {
      const want = Float64Array.from({ length: h.size }, (_, at) => {
        const [t, c] = [Math.floor(at / width), at % width];
        return Math.exp((-t / (lMax + i - 1)) * Math.abs(decayRates(width)[c]!));
      });
      const y = decay.apply(h);
      const dh = tf.grad((x) => decay.apply(x as tf.Tensor2D))(h);
      expect(error(await values(y), want)).toBeLessThan(1e-6);
      expect(error(await values(dh), want)).toBeLessThan(1e-6);
      tf.dispose([y, dh]);
    }
    expect(tf.memory().numBytes - before).toBe(bytes);
    // Kept by the first, not by the second.
    const held = decays.map((decay) => {
      const all = tf.memory().numBytes;
      decay.dispose();
      return all - tf.memory().numBytes;
    });
    // The second has a block more, of one row.
    expect(held[0]! - held[1]!).toBe(KEPT_BYTES - 4 * width);
    h.dispose();
  });

  it('has the gradients of its formula', async () => {
    // Every parameter's directional derivative by central differences, on the engine itself: float32, so a long way apart.
    const filter = new ImplicitFilter({ width: 3, lMax: 9, order: 5, embDim: 3, numInnerMlps: 1, w: 1 }, new Rng(2));
    const weights = tf.tensor2d(randomArray(new Rng(3), 27), [9, 3]);
    const loss = () => tf.tidy(() => tf.sum(tf.mul(filter.forward(9), weights))) as tf.Scalar;
    const { value, grads } = tf.variableGrads(loss);
    for (const [name, { variable }] of filter.namedParameters()) {
      const at = tf.clone(variable);
      const direction = tf.tensor(randomArray(new Rng(4), variable.size), variable.shape);
      const moved = async (step: number) => {
        const next = tf.tidy(() => tf.add(at, tf.mul(direction, step)));
        variable.assign(next);
        const [l] = await values(loss());
        next.dispose();
        return l!;
      };
      const slope = ((await moved(5e-3)) - (await moved(-5e-3))) / 1e-2;
      variable.assign(at);
      const [got] = await values(tf.tidy(() => tf.sum(tf.mul(grads[variable.name]!, direction))));
      expect(Math.abs(got! - slope) / Math.max(1, Math.abs(slope)), name).toBeLessThan(2e-3);
      tf.dispose([at, direction]);
    }
    tf.dispose([value, grads, weights]);
    filter.dispose();
  });

  it('names, rates and decays its parameters, and leaves nothing behind', () => {
    const before = tf.memory().numTensors;
    const filter = new ImplicitFilter({ width: 4, lMax: 10, order: 6 }, new Rng(1));
    const named = [...filter.namedParameters()];
    expect(named.map(([name, { value }]) => `${name} [${value.shape}]`)).toEqual([
      'pos_emb.z [10,5]',
      'freq [6]',
      'layers.0.weight [6,5]',
      'layers.0.bias [6]',
      'layers.1.weight [6,6]',
      'layers.1.bias [6]',
      'layers.2.weight [6,6]',
      'layers.2.bias [6]',
      'layers.3.weight [4,6]',
    ]);
    for (const [name, { options }] of named) {
      expect(options).toEqual({ learningRate: name === 'pos_emb.z' ? 1e-5 : 1e-3, weightDecay: 0 });
    }
    const made = tf.memory().numTensors;
    const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(filter.forward(7))));
    expect(Object.keys(grads).length).toBe(9);
    tf.dispose([value, grads]);
    expect(tf.memory().numTensors).toBe(made);
    filter.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says what is wrong', () => {
    const filter = new ImplicitFilter({ width: 4, lMax: 10, order: 6 }, new Rng(1));
    expect(() => filter.forward(11)).toThrow('ImplicitFilter: length is 11; want an integer from 1 to lMax = 10');
    expect(() => filter.forward(0)).toThrow('length is 0');
    expect(() => new ImplicitFilter({ width: 4, lMax: 10, embDim: 4 }, new Rng(1))).toThrow('embDim is 4; want an odd');
    expect(() => new ImplicitFilter({ width: 4, lMax: 10, embDim: 1 }, new Rng(1))).toThrow('embDim is 1');
    expect(() => new ImplicitFilter({ width: 0, lMax: 10 }, new Rng(1))).toThrow('width is 0');
    expect(() => new ImplicitFilter({ width: 4, lMax: 1.5 }, new Rng(1))).toThrow('lMax is 1.5');
    filter.dispose();
  });
});
