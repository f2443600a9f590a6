// AdamW against numbers worked out by hand, against a plain float64 version, per-parameter settings, and its state.
import { useBackend } from '@orchid-ml/backends';
import { Module, type ParameterOptions } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, start } from '../../test/engines.ts';
import { AdamW, vectorsDoNotDecay } from './adamw.ts';

class Bag extends Module {
  constructor(parts: Record<string, { shape: number[]; options?: ParameterOptions }>) {
    super();
    let seed = 1;
    for (const [name, { shape, options }] of Object.entries(parts)) {
      this.addParameter(name, tf.randomNormal(shape, 0, 1, 'float32', seed++), options);
    }
  }
}

class Single extends Module {
  readonly p = this.addParameter('p', tf.tensor1d([1, -2]));
}

interface Settings {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
}

/** The textbook's loop on one array, in float64. */
function plainAdamW(p: Float64Array, gradients: readonly Float64Array[], settings: Settings, factors: number[]): void {
  const m = new Float64Array(p.length);
  const v = new Float64Array(p.length);
  gradients.forEach((g, index) => {
    const t = index + 1;
    const rate = settings.learningRate * factors[index]!;
    for (let i = 0; i < p.length; i++) {
      p[i]! *= 1 - rate * settings.weightDecay;
      m[i] = settings.beta1 * m[i]! + (1 - settings.beta1) * g[i]!;
      v[i] = settings.beta2 * v[i]! + (1 - settings.beta2) * g[i]! ** 2;
      const mHat = m[i]! / (1 - settings.beta1 ** t);
      const vHat = v[i]! / (1 - settings.beta2 ** t);
      p[i]! -= (rate * mHat) / (Math.sqrt(vHat) + settings.epsilon);
    }
  });
}

describe.each(ENGINES)('AdamW on %s', (engine) => {
  beforeAll(() => start(engine));

  it('makes the steps worked out by hand', async () => {
    const model = new Single();
    const adamw = new AdamW(model, { learningRate: 0.1, weightDecay: 0.5, betas: [0.9, 0.99], epsilon: 1e-8 });
    // At the first step m̂ = g and v̂ = g², so the change is the rate times the sign, after the decay of 5 %.
    tf.tidy(() => adamw.step(new Map([['p', tf.tensor1d([4, -0.25])]])));
    const first = await model.p.value.data();
    expect(first[0]).toBeCloseTo(0.95 - 0.1, 6);
    expect(first[1]).toBeCloseTo(-1.9 + 0.1, 6);
    // g = 0: m̂ = 0.36/0.19, v̂ = 0.1584/0.0199, a change of 0.067158 for the first value and its opposite for the second.
    tf.tidy(() => adamw.step(new Map([['p', tf.tensor1d([0, 0])]])));
    const second = await model.p.value.data();
    const change = (0.1 * (0.36 / 0.19)) / Math.sqrt(0.1584 / 0.0199);
    expect(change).toBeCloseTo(0.067158, 6);
    expect(second[0]).toBeCloseTo(0.85 * 0.95 - change, 6);
    expect(second[1]).toBeCloseTo(-1.8 * 0.95 + change, 6);
    adamw.dispose();
    model.dispose();
  });

  it('agrees with the plain version over 12 steps, each parameter with its own settings', async () => {
    const model = new Bag({
      weight: { shape: [3, 5] },
      filter: { shape: [4, 2, 3], options: { learningRate: 1e-3, weightDecay: 0 } },
      bias: { shape: [7] },
      positions: { shape: [6, 2], options: { learningRate: 1e-5 } },
      scalar: { shape: [] },
      frozen: { shape: [2], options: { trainable: false } },
    });
    const options = { learningRate: 0.02, weightDecay: 0.3, betas: [0.8, 0.95] as const, epsilon: 1e-4 };
    const adamw = new AdamW(model, { ...options, noDecay: vectorsDoNotDecay });
    const own: Record<string, Partial<Settings>> = {
      filter: { learningRate: 1e-3, weightDecay: 0 },
      bias: { weightDecay: 0 },
      positions: { learningRate: 1e-5 },
      scalar: { weightDecay: 0 },
    };
    const names = [...model.namedParameters().keys()];
    const start = new Map<string, Float64Array>();
    for (const [name, { value }] of model.namedParameters()) start.set(name, Float64Array.from(await value.data()));
    const trained = names.filter((name) => name !== 'frozen');
    const steps = 12;
    const factors = Array.from({ length: steps }, (_, i) => Math.min(1, (i + 1) / 4));
    const gradients = new Map(
      trained.map((name, k) => [
        name,
        Array.from({ length: steps }, (_, s) =>
          start.get(name)!.map((_, i) => Math.sin(i + 3 * s + k) * 10 ** (k - 2)),
        ),
      ]),
    );
    const tensors = tf.memory().numTensors;
    for (let s = 0; s < steps; s++) {
      tf.tidy(() => {
        const tensorOf = (name: string) =>
          tf.tensor(Float32Array.from(gradients.get(name)![s]!), model.namedParameters().get(name)!.variable.shape);
        const packed = adamw.pack(new Map(trained.map((name) => [name, tensorOf(name)])));
        // Half of the gradient, as if twice as large a one had been clipped.
        adamw.update(
          packed.map((vector) => tf.mul(vector, 2)),
          { factor: factors[s]!, gradientScale: 0.5 },
        );
      });
    }
    expect(tf.memory().numTensors).toBe(tensors);
    expect(adamw.steps).toBe(steps);
    for (const [name, { value }] of model.namedParameters()) {
      const want = start.get(name)!;
      const [beta1, beta2] = options.betas;
      const { learningRate, weightDecay, epsilon } = options;
      const settings = { learningRate, weightDecay, epsilon, beta1, beta2, ...own[name] };
      if (name !== 'frozen') plainAdamW(want, gradients.get(name)!, settings, factors);
      const got = await value.data();
      expect(value.shape).toEqual(model.namedParameters().get(name)!.variable.shape);
      want.forEach((number, i) => {
        expect(Math.abs(got[i]! - number)).toBeLessThan(2e-6);
      });
    }
    adamw.dispose();
    model.dispose();
  });

  it("leaves alone whatever shares a parameter's values", async () => {
    const given = Float32Array.of(1, -2, 3, 4, 5);
    const model = new (class extends Module {
      readonly p = this.addParameter('p', tf.tensor1d(given));
      readonly q = this.addParameter('q', tf.zeros([3]));
    })();
    const adamw = new AdamW(model, { learningRate: 0.1, weightDecay: 0 });
    const clone = tf.clone(model.p.value);
    const view = tf.reshape(model.p.value, [5, 1]);
    const before = tf.memory();
    const step = () =>
      tf.tidy(() =>
        adamw.step(
          new Map([
            ['p', tf.ones([5])],
            ['q', tf.ones([3])],
          ]),
        ),
      );
    for (let i = 0; i < 3; i++) step();
    for (const held of [await clone.data(), await view.data(), given]) expect([...held]).toEqual([1, -2, 3, 4, 5]);
    const values = await model.p.value.data();
    [1, -2, 3, 4, 5].forEach((start, i) => void expect(values[i]).toBeCloseTo(start - 0.3, 5));
    // The parameter has values of its own now: one buffer more, no tensor more.
    expect(tf.memory().numTensors).toBe(before.numTensors);
    tf.dispose([clone, view]);
    step();
    expect((await model.p.value.data())[0]).toBeCloseTo(0.6, 5);
    adamw.dispose();
    model.dispose();
  });

  it('goes on from its saved state', async () => {
    const parts = { a: { shape: [3, 2] }, b: { shape: [4], options: { learningRate: 0.1 } } };
    const gradients = (s: number) =>
      new Map([
        ['a', tf.reshape(tf.sin(tf.add(tf.range(0, 6), s)), [3, 2])],
        ['b', tf.cos(tf.add(tf.range(0, 4), s))],
      ]);
    const before = tf.memory().numTensors;
    const one = new Bag(parts);
    const first = new AdamW(one);
    for (let s = 0; s < 3; s++) tf.tidy(() => first.step(gradients(s)));
    const state = await first.state();
    expect([...state.keys()].sort()).toEqual(['exp_avg.a', 'exp_avg.b', 'exp_avg_sq.a', 'exp_avg_sq.b', 'step']);
    expect(state.get('exp_avg.a')!.shape).toEqual([3, 2]);
    const two = new Bag(parts);
    for (const [name, { variable }] of two.namedParameters()) {
      variable.assign(one.namedParameters().get(name)!.variable);
    }
    const second = new AdamW(two);
    second.loadState(state);
    expect(second.steps).toBe(3);
    for (let s = 3; s < 6; s++) {
      tf.tidy(() => first.step(gradients(s)));
      tf.tidy(() => second.step(gradients(s)));
    }
    for (const [name, { value }] of one.namedParameters()) {
      expect(await two.namedParameters().get(name)!.value.data()).toEqual(await value.data());
    }
    for (const thing of [first, second, one, two]) thing.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('AdamW says what is wrong', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  it.each([
    [{ learningRate: -1 }, 'AdamW: learningRate is -1; want a finite number at least 0'],
    [{ learningRate: Number.NaN }, 'AdamW: learningRate is NaN'],
    [{ betas: [1, 0.9] as const }, 'AdamW: betas[0] is 1; want a finite number in [0, 1)'],
    [{ betas: [0.9, -0.1] as const }, 'AdamW: betas[1] is -0.1'],
    [{ epsilon: 0 }, 'AdamW: epsilon is 0; want a finite number above 0'],
    [{ weightDecay: Number.POSITIVE_INFINITY }, 'AdamW: weightDecay is Infinity'],
  ])('%o', (options, message) => {
    const model = new Single();
    expect(() => new AdamW(model, options)).toThrow(message);
    model.dispose();
  });

  it('for gradients and states that do not fit, changing nothing', async () => {
    const model = new Single();
    const adamw = new AdamW(model);
    expect(() => adamw.step(new Map())).toThrow("'p' has no gradient: the loss does not depend on it");
    const long = tf.zeros([3]);
    expect(() => adamw.step(new Map([['p', long]]))).toThrow("gradient of 'p' is [3]; want [2]");
    expect(() => adamw.update([long as tf.Tensor1D])).toThrow('want the gradients as AdamW.pack gave them');
    long.dispose();
    const state = await adamw.state();
    const changed = (name: string, value?: Parameters<typeof state.set>[1]) => {
      const copy = new Map(state);
      if (value) copy.set(name, value);
      else copy.delete(name);
      return copy;
    };
    const wrong = { dtype: 'F32' as const, shape: [1], data: new Float32Array(1) };
    expect(() => adamw.loadState(changed('step'))).toThrow("'step' is missing");
    expect(() => adamw.loadState(changed('exp_avg.p'))).toThrow(
      "'exp_avg.p' is missing; this state is of another model",
    );
    expect(() => adamw.loadState(changed('exp_avg_sq.p', wrong))).toThrow("'exp_avg_sq.p' is F32 [1]; want F32 [2]");
    expect(() => adamw.loadState(changed('exp_avg.q', wrong))).toThrow("'exp_avg.q' belongs to no parameter");
    expect(adamw.steps).toBe(0);
    expect((await adamw.state()).get('exp_avg.p')).toEqual(state.get('exp_avg.p'));
    adamw.dispose();
    model.dispose();
    expect(() => new AdamW(new Map())).toThrow('there is no trainable parameter');
  });
});
